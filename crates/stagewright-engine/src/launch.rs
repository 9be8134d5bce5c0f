//! Launches: a job for the agents, or the run of a step.

use crate::clock;
use crate::engine::Engine;
use crate::in_flight::{Ear, InFlight, Report, Subject};
use crate::live::LiveRun;
use crate::requests::{Order, PipelineOrder};
use crate::sub_pipeline::{SubOrder, Word, step_of};
use stagewright_agents::{Job, Request};
use stagewright_core::input::Launching;
use stagewright_core::plan::{Action, Role};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

impl Engine {
    /// Starts what a launch is made of.
    pub(crate) fn launch(
        &self,
        live: &mut LiveRun,
        in_flight: &mut InFlight,
        launching: Launching,
    ) {
        let order = live
            .take_order(launching.node)
            .expect("a launch is released by the process that rendered its request");
        match order {
            Order::Agent(request) => self.launch_agent(live, in_flight, launching, *request),
            Order::Pipeline(order) => self.launch_pipeline(live, in_flight, launching, order),
        }
    }

    fn launch_agent(
        &self,
        live: &LiveRun,
        in_flight: &mut InFlight,
        launching: Launching,
        request: Request,
    ) {
        let Launching {
            node,
            launch,
            try_number,
            timeout_ms,
            ..
        } = launching;
        let planned = live.run().plan().node(node);
        let label = live.run().label(node);
        let submission = live.run().submission();
        let job = Job {
            run_id: submission.run_id.clone(),
            pipeline_id: submission.pipeline_id.clone(),
            node: label.clone(),
            name: planned.name.clone(),
            agent_type: planned.agent_type.clone(),
            try_number,
            launch,
            trace_id: submission.trace_id.clone(),
            request,
            timeout_ms,
            work_dir: PathBuf::from(&submission.work_dir),
            run_dir: live.dirs.root.clone(),
            marker: Job::marker_of(&submission.run_id, &label, launch),
        };
        let (sender, mut stop) = watch::channel(None);
        let agents = self.agents();
        let gate_dir = (planned.role == Role::Gate).then(|| live.dirs.gate(&label));
        let slots = in_flight.slots();
        let subject = Subject::Launch(node, launch);
        in_flight.start(subject, Some(Ear::Agent(sender)), async move {
            if let Some(gate_dir) = gate_dir {
                // A gate that cannot write its evidence says so itself.
                let _ = std::fs::create_dir_all(&gate_dir);
            }
            // There is a slot at once, unless the runs of steps have taken them. The
            // step's time limits begin with it.
            let _slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot.ok(),
                _ = stop.wait_for(Option::is_some) => None,
            };
            Report::Performed(Box::new(agents.perform(job, stop).await))
        });
    }

    /// Starts or takes up the run of a step. It takes no slot itself; its agents do.
    fn launch_pipeline(
        &self,
        live: &LiveRun,
        in_flight: &mut InFlight,
        launching: Launching,
        order: PipelineOrder,
    ) {
        let Launching {
            node,
            launch,
            try_number,
            timeout_ms,
            ..
        } = launching;
        let run = live.run();
        let Action::Pipeline(pipeline) = run.action(node) else {
            unreachable!("a pipeline's order is made for a pipeline");
        };
        let slots: Arc<Semaphore> = in_flight.slots();
        let order = SubOrder {
            step: step_of(run, node, try_number),
            pipeline: pipeline.clone(),
            context: order.context,
            outputs: run.plan().node(node).outputs.clone(),
            above: Arc::clone(run.submission()),
            timeout_ms,
            time_left_ms: run.time_left_ms(clock::now()),
            slots,
        };
        let (sender, words) = watch::channel(Word::default());
        let engine = self.clone();
        let subject = Subject::Launch(node, launch);
        in_flight.start(subject, Some(Ear::Step(sender)), async move {
            Report::Below(engine.conduct(order, words).await)
        });
    }
}
