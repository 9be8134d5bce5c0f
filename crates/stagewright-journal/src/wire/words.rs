//! Words: the enumerations without content, as they are stored.

use serde::{Deserialize, Serialize};
use stagewright_core::{decision, event, plan, retry, severity};

/// Defines a stored enumeration of words with its conversions. Both matches are
/// exhaustive, so a variant that the core gains does not compile until it has a word.
macro_rules! words {
    ($(#[$doc:meta])* $stored:ident is $core:ty { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize)]
        pub(super) enum $stored {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl From<$core> for $stored {
            fn from(core: $core) -> Self {
                match core {
                    $(<$core>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$stored> for $core {
            fn from(stored: $stored) -> Self {
                match stored {
                    $($stored::$variant => Self::$variant,)+
                }
            }
        }
    };
}

words! {
    /// Whose order counts.
    RunMode is plan::RunMode {
        Sequential = "sequential",
        Parallel = "parallel",
        Hybrid = "hybrid",
    }
}

words! {
    /// How bad a finding is.
    Severity is severity::Severity {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

words! {
    /// Why a try failed.
    ErrorClass is retry::ErrorClass {
        Timeout = "timeout",
        Execution = "execution",
        Invocation = "invocation",
        Network = "network",
        InvalidOutput = "invalid_output",
        InvalidInput = "invalid_input",
        Cancelled = "cancelled",
        Interrupted = "interrupted",
    }
}

words! {
    /// A gate's result.
    Verdict is event::Verdict {
        Pass = "pass",
        Fail = "fail",
        Error = "error",
        NoEvidence = "no_evidence",
    }
}

words! {
    /// How a run ended.
    RunStatus is event::RunStatus {
        Success = "success",
        PartialSuccess = "partial_success",
        Failure = "failure",
        Cancelled = "cancelled",
    }
}

words! {
    /// How a stage ended.
    StageStatus is event::StageStatus {
        Success = "success",
        PartialSuccess = "partial_success",
        Failure = "failure",
        Skipped = "skipped",
    }
}

words! {
    /// Why a parked node waits for a person.
    WaitReason is event::WaitReason {
        Approval = "approval",
        Interrupted = "interrupted",
        Pipeline = "pipeline",
    }
}

words! {
    /// MERGE or BLOCK.
    Choice is decision::Choice {
        Merge = "merge",
        Block = "block",
    }
}

words! {
    /// The kinds of a decision's factors.
    FactorKind is decision::FactorKind {
        Cancelled = "cancelled",
        RunFailed = "run_failed",
        MissingEvidence = "missing_evidence",
        NoEvidence = "no_evidence",
        GateNotPassed = "gate_not_passed",
        AwaitingReview = "awaiting_review",
        Rejected = "rejected",
        PipelineBlocked = "pipeline_blocked",
        PolicyChanged = "policy_changed",
        CriticalViolations = "critical_violations",
        HighViolations = "high_violations",
        MediumViolations = "medium_violations",
        LowViolations = "low_violations",
        LldDeviations = "lld_deviations",
        PatternRejection = "pattern_rejection",
        StoodIn = "stood_in",
        NotCounted = "not_counted",
    }
}
