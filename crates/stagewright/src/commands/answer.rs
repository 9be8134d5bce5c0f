//! `approve` and `reject`: a person's answer to a waiting run (decision 36).

use crate::arguments::AnswerArguments;
use crate::conduct::{Manner, conduct};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::{Input, NodeIx, NodeView, Run};
use stagewright_engine::{EngineError, LiveRun, PersonsAnswer, Reached};
use stagewright_journal::InboxMessage;

pub(super) fn answer(
    arguments: &AnswerArguments,
    approved: bool,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let run = session.engine.load(&summary.run_id)?;
    let node = waiting_node(&run, arguments.node.as_deref())?;
    let answer = PersonsAnswer {
        node,
        digest: digest_of(&run, node),
        approved,
        by: arguments.by.clone().or_else(local_identity),
        note: arguments.note.clone(),
    };
    let message = InboxMessage::Answer {
        node: run.plan().node(node).id.clone(),
        approved,
        choice: String::new(),
        by: answer.by.clone(),
        note: answer.note.clone(),
        digest: answer.digest.clone(),
    };
    match session.engine.reach(&summary.run_id, &message)? {
        Reached::Posted(holder) => {
            printer.note(&format!(
                "told {holder}, which drives run {}",
                summary.run_id
            ));
            Ok(Exit::Done)
        }
        Reached::Taken(mut live) => {
            if arguments.record_only {
                // Nothing is started by this process; what is due by now still happens.
                live.handle(Input::Interrupt);
                live.handle(Input::Tick);
            } else {
                live.begin()?;
            }
            let taken = live.answer(answer);
            if arguments.record_only {
                let recorded = record(*live, printer)?;
                return if taken {
                    Ok(recorded)
                } else {
                    Err(too_late(&run, node))
                };
            }
            if !taken {
                // The run has moved on, and goes on here without the answer.
                printer.failure(&too_late(&run, node));
            }
            let manner = Manner {
                stream: &arguments.stream,
                exit_partial: arguments.exit_partial,
            };
            conduct(&session.engine, *live, &manner, printer)
        }
    }
}

fn record(mut live: LiveRun, printer: &Printer) -> Result<Exit, UserError> {
    live.commit()?;
    let run_id = &live.run().submission().run_id;
    printer.note(&format!(
        "recorded; `stagewright resume {run_id}` goes on with the run"
    ));
    Ok(Exit::Done)
}

/// The deadline passed, or somebody else answered, since the run was looked at.
fn too_late(run: &Run, node: NodeIx) -> UserError {
    EngineError::NotWaiting {
        message: format!(
            "`{}` does not wait any more: its deadline passed, or somebody answered",
            run.plan().node(node).id
        ),
    }
    .into()
}

/// The node that is meant: the one that waits, or the one that was named.
fn waiting_node(run: &Run, named: Option<&str>) -> Result<NodeIx, UserError> {
    let waiting: Vec<NodeIx> = run.parked_nodes().collect();
    let ids: Vec<&str> = waiting
        .iter()
        .map(|node| run.plan().node(*node).id.as_str())
        .collect();
    let run_id = &run.submission().run_id;
    match (named, waiting.as_slice()) {
        (Some(id), _) => waiting
            .iter()
            .copied()
            .find(|node| run.plan().node(*node).id == id)
            .ok_or_else(|| {
                let error = UserError::usage(
                    "SW0306",
                    format!("`{id}` of run {run_id} does not wait for an answer"),
                );
                match ids.as_slice() {
                    [] => error.hint("nothing in this run waits"),
                    ids => error.hint(format!("these wait: {}", ids.join(", "))),
                }
            }),
        (None, [node]) => Ok(*node),
        (None, []) => Err(UserError::usage(
            "SW0306",
            format!("run {run_id} does not wait for an answer"),
        )
        .hint(format!(
            "`stagewright status {run_id}` shows where it stands"
        ))),
        (None, _) => Err(UserError::usage(
            "SW0309",
            format!("several agents of run {run_id} wait: {}", ids.join(", ")),
        )
        .hint("name the one that is meant after the run")),
    }
}

fn digest_of(run: &Run, node: NodeIx) -> String {
    match run.view(node) {
        NodeView::Parked { digest, .. } => digest.to_owned(),
        _ => String::new(),
    }
}

/// Who sits here, as the machine knows them; recorded as claimed.
fn local_identity() -> Option<String> {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
}
