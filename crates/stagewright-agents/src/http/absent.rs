//! What stands here when stagewright was built without the feature `http`.

use super::request::HttpRequest;
use crate::answer::Promise;
use crate::job::{Job, Performed, StopSignal};
use crate::perform::Agents;
use crate::redact::Redactor;
use crate::refusal::Refusal;
use crate::secrets::Secrets;

impl Agents {
    /// Refuses an HTTP launch.
    ///
    /// # Errors
    /// Always.
    #[expect(
        clippy::unused_async,
        reason = "the signature of what stands here otherwise"
    )]
    pub(crate) async fn perform_http(
        &self,
        _job: &Job,
        _request: &HttpRequest,
        _secrets: &Secrets,
        _redactor: &Redactor,
        _promise: Promise,
        _stop: StopSignal,
    ) -> Result<Performed, Refusal> {
        Err(Refusal::invalid(
            "this stagewright was built without HTTP; build it with the feature `http`",
        ))
    }
}
