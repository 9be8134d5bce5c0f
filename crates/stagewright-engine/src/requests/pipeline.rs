//! Sub-pipelines: what the run of one gets (decision 35).

use super::renderer::{Order, Renderer};
use crate::order::lay_over;
use crate::plain_secrets;
use serde_json::Value;
use stagewright_core::event::BlobRef;
use stagewright_core::input::StartRequest;
use stagewright_core::plan::{NodeIx, SubPipeline};
use stagewright_core::{Blob, Prepared, Run};

/// What the run of a sub-pipeline is made of besides its plan.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PipelineOrder {
    /// Its context: the plan's defaults, and over them what the step hands down.
    pub(crate) context: Value,
}

/// An order as it is stored.
#[derive(serde::Serialize)]
struct Frozen<'a> {
    pipeline: &'a str,
    input: BlobRef,
}

impl Renderer {
    pub(super) fn pipeline(
        &mut self,
        run: &Run,
        node: NodeIx,
        sub: &SubPipeline,
    ) -> Result<Prepared, String> {
        let given = self.input(run, node, sub.input.as_ref())?;
        if !given.is_object() {
            return Err(
                "input: the context of a pipeline is a mapping, and this is none".to_owned(),
            );
        }
        let mut context = Value::Object(sub.plan.context.clone());
        lay_over(&mut context, given);
        plain_secrets::refuse("the context of the pipeline", &context)?;
        let input = Blob::of(context.to_string().into_bytes());
        let frozen = Frozen {
            pipeline: &sub.source,
            input: input.reference().clone(),
        };
        let stored =
            Blob::of(serde_json::to_vec(&frozen).expect("an order is a text and a reference"));
        self.pending
            .insert(node, Order::Pipeline(PipelineOrder { context }));
        Ok(Prepared {
            request: StartRequest::Launch {
                request: stored.reference().clone(),
            },
            blobs: vec![input, stored],
        })
    }
}
