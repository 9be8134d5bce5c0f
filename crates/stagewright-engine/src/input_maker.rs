//! Input transformers: programs and functions that make an agent's input, asked once and journaled
//! (decision 8).

use crate::callables::ANSWER_TIMEOUT;
use crate::custom_condition::asked;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::in_flight::{InFlight, Report, Subject};
use crate::live::LiveRun;
use crate::plain_secrets;
use serde_json::Value;
use stagewright_agents::Question;
use stagewright_core::NodeIx;
use stagewright_core::condition::Evaluator;
use stagewright_core::event::Asker;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The largest input that a function may make, in bytes of JSON; as for a program.
const MAX_INPUT_BYTES: usize = 4 * 1024 * 1024;

impl Engine {
    /// Asks the function or program that makes an agent's input. It gets what a custom evaluator gets.
    ///
    /// # Errors
    /// When the results so far cannot be read.
    pub(crate) fn make_input(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        node: NodeIx,
    ) -> Result<(), EngineError> {
        let label = live.run().label(node);
        let asked = asked(live, Asker::Node(node))?;
        let transformer = live.run().plan().node(node).transformer.as_ref();
        let transformer = transformer.expect("an input is asked for where one is made");
        if let Evaluator::Named(name) = transformer
            && let Some(answering) = self.callables().transform(name, asked.clone())
        {
            let name = name.clone();
            in_flight.start(Subject::Input(node), None, async move {
                let answer = answering
                    .await
                    .and_then(within_bounds)
                    .and_then(without_secrets);
                Report::Made(answer.map_err(|why| format!("`{name}`: {why}")))
            });
            return Ok(());
        }
        let argv = self.program_of(transformer);
        let agents = self.agents();
        let submission = live.run().submission();
        let work_dir = PathBuf::from(&submission.work_dir);
        let marker = format!("{}/{label}/input", submission.run_id);
        in_flight.start(Subject::Input(node), None, async move {
            let answer = match argv {
                Ok(argv) => {
                    let question = Question {
                        argv,
                        env: BTreeMap::new(),
                        input: asked.into_json(),
                        work_dir,
                        timeout: ANSWER_TIMEOUT,
                        marker,
                    };
                    agents.transform(question).await.and_then(without_secrets)
                }
                Err(message) => Err(message),
            };
            Report::Made(answer)
        });
        Ok(())
    }
}

/// What is made goes beside the journal, as a context does (decision 21).
fn without_secrets(input: Value) -> Result<Value, String> {
    plain_secrets::refuse("the input that was made", &input)?;
    Ok(input)
}

fn within_bounds(input: Value) -> Result<Value, String> {
    let bytes = input.to_string().len();
    if bytes > MAX_INPUT_BYTES {
        return Err(format!(
            "the input has {bytes} bytes of JSON, and the most is {MAX_INPUT_BYTES}"
        ));
    }
    Ok(input)
}
