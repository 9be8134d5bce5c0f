//! Input transformers: programs that make an agent's input, asked once and journaled
//! (decision 8).

use crate::custom_condition::evaluator_input;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::in_flight::{InFlight, Report, Subject};
use crate::live::LiveRun;
use stagewright_agents::Question;
use stagewright_core::NodeIx;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How long an input transformer may take.
const TRANSFORMER_TIMEOUT: Duration = Duration::from_secs(60);

impl Engine {
    /// Asks the program that makes an agent's input. It gets what a custom evaluator gets,
    /// and the agent's label under `agent_id`.
    ///
    /// # Errors
    /// When the results so far cannot be read.
    pub(crate) fn make_input(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        node: NodeIx,
    ) -> Result<(), EngineError> {
        let mut input = evaluator_input(live)?;
        let label = live.run().label(node);
        input["agent_id"] = label.clone().into();
        let transformer = live.run().plan().node(node).transformer.as_ref();
        let argv = self.program_of(transformer.expect("an input is asked for where one is made"));
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
                        input,
                        work_dir,
                        timeout: TRANSFORMER_TIMEOUT,
                        marker,
                    };
                    agents.transform(question).await
                }
                Err(message) => Err(message),
            };
            Report::Made(answer)
        });
        Ok(())
    }
}
