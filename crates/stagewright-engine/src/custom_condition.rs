//! Custom conditions: programs and functions that answer yes or no, asked once and
//! journaled (decision 8).

use crate::callables::{ANSWER_TIMEOUT, Asked};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::in_flight::{InFlight, Report, Subject};
use crate::launch_scope::{item_of, result_of};
use crate::live::LiveRun;
use stagewright_agents::Question;
use stagewright_core::Viewpoint;
use stagewright_core::condition::{Condition, Evaluator};
use stagewright_core::event::Asker;
use std::collections::BTreeMap;
use std::path::PathBuf;

impl Engine {
    /// Asks the function or program of a custom condition.
    ///
    /// # Errors
    /// When the results so far cannot be read.
    pub(crate) fn ask(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        asker: Asker,
        number: u32,
    ) -> Result<(), EngineError> {
        let plan = std::sync::Arc::clone(live.run().plan());
        let condition = match asker {
            Asker::Stage(stage) => plan.stage(stage).condition.as_ref(),
            Asker::Node(node) => plan.node(node).condition.as_ref(),
        };
        let evaluator = condition
            .and_then(|condition| find_evaluator(condition, number))
            .expect("a custom condition that is asked for stands in the plan");
        let asked = asked(live, asker)?;
        if let Evaluator::Named(name) = evaluator
            && let Some(answering) = self.callables().evaluate(name, asked.clone())
        {
            let named = format!("`{name}`");
            let answer = async move { answering.await.map_err(|why| format!("{named}: {why}")) };
            let subject = Subject::Question(asker, number);
            in_flight.start(subject, None, async { Report::Evaluated(answer.await) });
            return Ok(());
        }
        let argv = self.program_of(evaluator);
        let agents = self.agents();
        let submission = live.run().submission();
        let work_dir = PathBuf::from(&submission.work_dir);
        let owner = match asker {
            Asker::Stage(stage) => plan.stage(stage).id.clone(),
            Asker::Node(node) => live.run().label(node),
        };
        let marker = format!("{}/{owner}/condition.{number}", submission.run_id);
        in_flight.start(Subject::Question(asker, number), None, async move {
            let answer = match argv {
                Ok(argv) => {
                    agents
                        .evaluate(Question {
                            argv,
                            env: BTreeMap::new(),
                            input: asked.into_json(),
                            work_dir,
                            timeout: ANSWER_TIMEOUT,
                            marker,
                        })
                        .await
                }
                Err(message) => Err(message),
            };
            Report::Evaluated(answer)
        });
        Ok(())
    }

    /// The program of an evaluator or transformer.
    ///
    /// # Errors
    /// In words, when nobody knows its name.
    pub(crate) fn program_of(&self, evaluator: &Evaluator) -> Result<Vec<String>, String> {
        match evaluator {
            Evaluator::Command(argv) => Ok(argv.clone()),
            Evaluator::Named(name) => self.evaluator(name).ok_or_else(|| {
                format!(
                    "the settings name no program for `{name}`; add `[evaluators]` with \
                     `{name} = [\"program\", \"argument\"]` to stagewright.toml"
                )
            }),
        }
    }
}

/// The evaluator of a custom condition, by its number.
fn find_evaluator(condition: &Condition, wanted: u32) -> Option<&Evaluator> {
    match condition {
        Condition::Custom { number, evaluator } => (*number == wanted).then_some(evaluator),
        Condition::All { of } | Condition::Any { of } => {
            of.iter().find_map(|part| find_evaluator(part, wanted))
        }
        Condition::Not { of } => find_evaluator(of, wanted),
        Condition::Always
        | Condition::Never
        | Condition::IfField { .. }
        | Condition::IfResult { .. }
        | Condition::Expression { .. } => None,
    }
}

/// What an evaluator or transformer gets: the context, the results so far in order as the
/// asker's own templates see them, and who asks.
///
/// # Errors
/// When the results so far cannot be read.
pub(crate) fn asked(live: &mut LiveRun, asker: Asker) -> Result<Asked, EngineError> {
    let run = live.driver.run();
    let documents = &mut live.renderer.documents;
    let (viewpoint, agent_id, item) = match asker {
        Asker::Stage(_) => (Viewpoint::OUTSIDE, None, None),
        Asker::Node(node) => (
            run.viewpoint(node),
            Some(run.label(node)),
            item_of(run, node, documents)?,
        ),
    };
    let mut agent_results = Vec::new();
    for (node, planned) in run.plan().agents() {
        if let Some(mut result) = result_of(run, node, viewpoint, documents)? {
            result["agent_id"] = planned.id.clone().into();
            agent_results.push(result);
        }
    }
    let (index, item) = item.map_or((None, None), |(index, item)| (Some(index), item));
    Ok(Asked {
        context: run.submission().context.clone(),
        agent_results,
        agent_id,
        index,
        item,
    })
}
