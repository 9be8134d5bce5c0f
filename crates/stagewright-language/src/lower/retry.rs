//! Retries: how often, how long to wait, and what each error class allows (rules A5
//! to A7, decision 30).

use super::Lowering;
use super::fields::Fields;
use crate::diagnostic::{Code, Problem};
use crate::keys::RETRY;
use stagewright_core::retry::{ErrorClass, RetryPolicy};

/// The error classes that a file can cap.
const CAPPED: [ErrorClass; 5] = [
    ErrorClass::Timeout,
    ErrorClass::Execution,
    ErrorClass::Invocation,
    ErrorClass::Network,
    ErrorClass::InvalidOutput,
];

impl Lowering<'_> {
    /// The waits that the settings give, without any re-run.
    pub(super) fn backoff(&self) -> RetryPolicy {
        RetryPolicy {
            limit: 0,
            base_ms: self.settings.backoff_base_ms,
            multiplier: self.settings.backoff_multiplier,
            max_ms: self.settings.backoff_max_ms,
            timeout_growth: self.settings.timeout_growth,
            ..RetryPolicy::default()
        }
    }

    /// The retry policy of an agent. What it says itself goes before what it
    /// inherits, and that before the default of its kind; a pipeline that switches
    /// re-runs off means all of them.
    pub(super) fn retry_of(&mut self, fields: &Fields<'_>, kind: Option<&str>) -> RetryPolicy {
        let mut policy = self.backoff();
        let retries = fields.get("retries");
        let mut own = self.small_of(retries);
        if let Some(field) = fields.get("retry")
            && let Some(refined) = self.fields(field.node(), &RETRY)
        {
            let limit = refined.get("limit");
            if let (Some(limit), Some(_)) = (limit, retries) {
                self.report(Problem::new(
                    Code::Conflict,
                    limit.entry.key_extent,
                    "`retry: {limit: …}` and `retries` say the same",
                ));
            }
            own = own.or(self.small_of(limit));
            self.refine(&refined, &mut policy);
            refined.finish();
        }
        let by_kind = match kind {
            Some("lambda_function_arn" | "http") => self.settings.max_agent_retries,
            _ => 0,
        };
        policy.limit = match kind {
            Some("set" | "human") => 0,
            _ if self.inherited.retries_off => 0,
            _ => own.or(self.inherited.retries).unwrap_or(by_kind),
        };
        policy
    }

    fn refine(&mut self, fields: &Fields<'_>, policy: &mut RetryPolicy) {
        if let Some(ms) = self.wait_of(fields.get("base_delay")) {
            policy.base_ms = ms;
        }
        if let Some(multiplier) = self.number_of(fields.get("multiplier")) {
            policy.multiplier = multiplier;
        }
        if let Some(ms) = self.wait_of(fields.get("max_delay")) {
            policy.max_ms = ms;
        }
        policy.jitter = self.bool_of(fields.get("jitter")).unwrap_or(false);
        if let Some(growth) = self.number_of(fields.get("timeout_growth")) {
            policy.timeout_growth = growth;
        }
        for class in CAPPED {
            if let Some(cap) = self.small_of(fields.get(class.as_str())) {
                policy.caps.insert(class, cap);
            }
        }
    }
}
