//! `approve` and `reject`: a person's answer to a waiting run (decision 36).

use crate::arguments::AnswerArguments;
use crate::conduct::{Manner, conduct, show};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::session::{Need, Session};
use crate::user_error::UserError;
use stagewright_core::event::WaitReason;
use stagewright_core::{NodeIx, NodeView, Run, Standing};
use stagewright_engine::{Engine, EngineError, PersonsAnswer, Reached};
use stagewright_journal::{Holder, InboxMessage};

pub(super) fn answer(
    arguments: &AnswerArguments,
    approved: bool,
    printer: &Printer,
) -> Result<Exit, UserError> {
    let session = Session::open(Need::Existing)?;
    let summary = session.engine.find(&arguments.run.key())?;
    let run = session.engine.load(&summary.run_id)?;
    if let Some(reason) = run.stuck_reason() {
        return Err(UserError::usage(
            "SW0306",
            format!(
                "run {} is stuck and takes no answer: {reason}",
                summary.run_id
            ),
        ));
    }
    let node = waiting_node(&run, arguments.node.as_deref())?;
    let answer = PersonsAnswer {
        node,
        digest: digest_of(&run, node),
        approved,
        by: arguments.by.clone().or_else(local_identity),
        note: arguments.note.clone(),
    };
    let message = InboxMessage::Answer {
        node: run.label(node),
        approved,
        choice: String::new(),
        by: answer.by.clone(),
        note: answer.note.clone(),
        digest: answer.digest.clone(),
    };
    let mut live = match session.engine.reach(&summary.run_id, &message)? {
        Reached::Delivered(holder) => {
            let now = session.engine.load(&summary.run_id)?;
            if !counted(&now, node, approved) {
                return Err(too_late(&run, node));
            }
            printer.note(&format!(
                "{holder}, which drives run {}, has taken the answer",
                summary.run_id
            ));
            return Ok(Exit::Done);
        }
        Reached::Posted(holder) => return Err(does_not_answer(&summary.run_id, &holder)),
        Reached::Taken(live) => *live,
    };
    if arguments.record_only {
        // Nothing is started by this process; what is due by now still happens.
        live.hold();
    }
    live.begin()?;
    // The message may have been left for a driver that went away, and be taken by now.
    let taken = live.has_answered(node) || live.answer(answer);
    let manner = Manner {
        stream: &arguments.stream,
        exit_partial: arguments.exit_partial,
    };
    if arguments.record_only {
        live.commit()?;
        return match taken {
            true => recorded(&session.engine, live.run(), &manner, printer),
            false => Err(too_late(&run, node)),
        };
    }
    if !taken {
        // The run has moved on, and goes on here without the answer.
        printer.failure(&too_late(&run, node));
    }
    conduct(&session.engine, live, &manner, printer)
}

/// Whether what was answered is this answer: of several, the first counts.
fn counted(run: &Run, node: NodeIx, approved: bool) -> bool {
    match run.view(node) {
        NodeView::Done(outcome) => {
            let said = outcome.facts.said.as_ref();
            said.is_some_and(|said| said.approved == approved)
        }
        // The question whether an interrupted launch may run again leads back to it.
        NodeView::Pending
        | NodeView::Running { .. }
        | NodeView::Backoff { .. }
        | NodeView::Repeating { .. }
        | NodeView::Parked { .. }
        | NodeView::Skipped(_) => approved,
    }
}

/// The answer is in the journal. When it was the last thing to wait for, the run has
/// ended with it.
fn recorded(
    engine: &Engine,
    run: &Run,
    manner: &Manner<'_>,
    printer: &Printer,
) -> Result<Exit, UserError> {
    if run.standing() == Standing::Ended {
        return show(engine, run, manner, printer);
    }
    let run_id = &run.submission().run_id;
    if manner.stream.json {
        printer.json(&serde_json::json!({"result": "RECORDED", "run_id": run_id}));
    }
    printer.note(&format!(
        "recorded; `stagewright resume {run_id}` goes on with the run"
    ));
    Ok(Exit::Done)
}

/// The process that drives the run is there and does not take messages.
pub(super) fn does_not_answer(run_id: &str, holder: &Holder) -> UserError {
    UserError::usage(
        "SW0311",
        format!("{holder} drives run {run_id} and does not answer"),
    )
    .hint("the message stays in its inbox and counts as soon as the run goes on")
}

/// The deadline passed, or somebody else answered, since the run was looked at.
fn too_late(run: &Run, node: NodeIx) -> UserError {
    EngineError::NotWaiting {
        message: format!(
            "`{}` does not wait any more: its deadline passed, or somebody answered",
            run.label(node)
        ),
    }
    .into()
}

/// The node that is meant: the one that waits, or the one that was named.
fn waiting_node(run: &Run, named: Option<&str>) -> Result<NodeIx, UserError> {
    let (below, waiting): (Vec<NodeIx>, Vec<NodeIx>) = run
        .parked_nodes()
        .partition(|node| asked_below(run, *node).is_some());
    let meant = |node: &&NodeIx| named.is_none_or(|id| run.label(**node) == id);
    if let Some(node) = below.iter().find(meant)
        && (named.is_some() || waiting.is_empty())
    {
        let question = asked_below(run, *node).unwrap_or_default();
        return Err(UserError::usage(
            "SW0306",
            format!(
                "`{}` is a pipeline, and waits: {question}",
                run.label(*node)
            ),
        ));
    }
    let ids: Vec<String> = waiting.iter().map(|node| run.label(*node)).collect();
    let run_id = &run.submission().run_id;
    match (named, waiting.as_slice()) {
        (Some(id), _) => waiting
            .iter()
            .copied()
            .find(|node| run.label(*node) == id)
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

/// What the run of a pipeline step waits for; `None` for every other wait (decision 35).
fn asked_below(run: &Run, node: NodeIx) -> Option<&str> {
    match run.view(node) {
        NodeView::Parked {
            reason: WaitReason::Pipeline,
            question,
            ..
        } => Some(question),
        _ => None,
    }
}

fn digest_of(run: &Run, node: NodeIx) -> String {
    match run.view(node) {
        NodeView::Parked { digest, .. } => digest.to_owned(),
        _ => String::new(),
    }
}

/// Who sits here, as the machine knows them; recorded as claimed. Where nobody is
/// logged in, it is the number of the user.
fn local_identity() -> Option<String> {
    ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
        .or_else(|| Some(format!("uid {}", rustix::process::getuid().as_raw())))
}
