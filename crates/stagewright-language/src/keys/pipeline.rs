//! Keys of the pipeline itself, and of the small objects right below it.

use super::{Key, STAGE, Shape, Table};
use crate::limit::MAX_RETRIES;

/// The whole file.
pub(crate) static PIPELINE: Table = Table {
    name: "pipeline",
    noun: "a pipeline",
    doc: "The whole file: stages of agents in order, with limits, a policy and reports.",
    keys: &[
        Key::new("name", Shape::Text, "What the pipeline is called").required(),
        Key::new(
            "version",
            Shape::Text,
            "The pipeline's own version, free text",
        ),
        Key::new(
            "context",
            Shape::Mapping,
            "Defaults of the shared input, read as `context.…`",
        ),
        Key::new(
            "limits",
            Shape::Object(&LIMITS),
            "What the whole run may not exceed",
        ),
        Key::new(
            "defaults",
            Shape::Object(&DEFAULTS),
            "What agents and gates inherit",
        ),
        Key::new(
            "default_timeout_per_agent",
            Shape::Duration,
            "The review form's name of `defaults.timeout`; its own default is the setting `agents.max_timeout`, 10 minutes",
        ),
        Key::new(
            "retry_failed_agents",
            Shape::Bool,
            "False switches every re-run off, whatever agents ask for",
        ),
        Key::new(
            "max_retries_per_agent",
            Shape::Whole(0, MAX_RETRIES as u64),
            "The review form's name of `defaults.retries`",
        ),
        Key::new("stages", Shape::Objects(&STAGE), "The stages, in order").required(),
        Key::new(
            "policy",
            Shape::Object(&POLICY),
            "When the decision is BLOCK",
        ),
        Key::new(
            "decision",
            Shape::Word(&["none"]),
            "`none` runs the pipeline without a decision",
        ),
        Key::new(
            "fail_fast",
            Shape::Bool,
            "Stops after the first required failure",
        ),
        Key::new(
            "fail_fast_on_critical",
            Shape::Bool,
            "Stops on a critical finding; without it the setting `run.fail_fast_on_critical`, false",
        ),
        Key::new(
            "trusted",
            Shape::Texts,
            "Paths of the context and of results whose values may begin with `-` in commands",
        ),
        Key::new(
            "report",
            Shape::Object(&REPORT),
            "Documents to write when the run ends",
        ),
        Key::new(
            "severities",
            Shape::Severities,
            "Overrides of the severity tables: a word, a rule or `tool:prefix` to a severity",
        ),
        Key::new(
            "secrets",
            Shape::Secrets,
            "Secrets that every launched agent gets",
        ),
        Key::new(
            "env",
            Shape::Environment,
            "Environment that every command gets",
        ),
        Key::later("heal", "the healing contract of the whole pipeline"),
        Key::later("may_write", "which files agents may change"),
        Key::later("protected", "files that no agent may change"),
        Key::later("workspace", "where agents work"),
        Key::later("strategies", "named ways to do a step, with fallbacks"),
        Key::later("experts", "named model roles of the `steps:` form"),
        Key::later(
            "steps",
            "the form of pipelines that is made of single steps",
        ),
        Key::later("checkpoints", "named rollback points of the whole pipeline"),
    ],
    elsewhere: &[
        (
            "timeout",
            "the run's time limit is `limits: {timeout: …}`, the agents' is `defaults: {timeout: …}`",
        ),
        (
            "timeout_seconds",
            "the run's time limit is `limits: {timeout: …}`",
        ),
        (
            "max_parallelism",
            "write it as `limits: {max_parallelism: …}`",
        ),
        ("retries", "write it as `defaults: {retries: …}`"),
        (
            "agents",
            "agents stand in stages: `stages: [{id: …, agents: […]}]`",
        ),
        (
            "mode",
            "each stage has its own `mode`; `run --mode` sets it for a whole run",
        ),
        (
            "execution_mode",
            "each stage has its own `execution_mode`; `run --mode` sets it for a whole run",
        ),
        (
            "partial_success_allowed",
            "this belongs to a run, not to the file",
        ),
    ],
};

/// `limits`.
pub(crate) static LIMITS: Table = Table {
    name: "limits",
    noun: "`limits`",
    doc: "What the whole run may not exceed.",
    keys: &[
        Key::new(
            "timeout",
            Shape::Duration,
            "Active time of the run; without it the setting `run.timeout`, 30 minutes",
        )
        .aliases(&["timeout_seconds"]),
        Key::new(
            "max_parallelism",
            Shape::Whole(1, 10_000),
            "Agents that run at once; the review form's default is 3",
        ),
        Key::later("max_cost_usd", "the most that a run may cost"),
        Key::later(
            "deadline",
            "the wall-clock time by which the run must have ended",
        ),
    ],
    elsewhere: &[("retries", "write it under `defaults:`")],
};

/// `defaults`.
pub(crate) static DEFAULTS: Table = Table {
    name: "defaults",
    noun: "`defaults`",
    doc: "What agents and gates inherit unless they say otherwise. People's questions inherit nothing.",
    keys: &[
        Key::new("timeout", Shape::Duration, "Time limit of one try of an agent or gate")
            .aliases(&["timeout_seconds"]),
        Key::new(
            "retries",
            Shape::Whole(0, MAX_RETRIES as u64),
            "Re-runs of an agent after its first try; without it 2 for `http` and `lambda_function_arn`, otherwise 0",
        )
        .aliases(&["max_retries"]),
    ],
    elsewhere: &[],
};

/// `policy`.
pub(crate) static POLICY: Table = Table {
    name: "policy",
    noun: "the policy",
    doc: "When the decision at the end of a run is BLOCK (rule A12, decision 26).",
    keys: &[
        Key::new(
            "block_on_critical",
            Shape::Bool,
            "More critical findings than tolerated block; default true",
        ),
        Key::new(
            "block_on_high",
            Shape::Bool,
            "More high findings than tolerated block; default true",
        ),
        Key::new(
            "block_on_medium",
            Shape::Bool,
            "More medium findings than tolerated block; default false",
        ),
        Key::new(
            "block_on_low",
            Shape::Bool,
            "More low findings than tolerated block; default false",
        ),
        Key::new(
            "max_critical_violations",
            COUNT,
            "Critical findings that are tolerated; default 0",
        ),
        Key::new(
            "max_high_violations",
            COUNT,
            "High findings that are tolerated; default 5",
        ),
        Key::new(
            "max_medium_violations",
            COUNT,
            "Medium findings that are tolerated; default 20",
        ),
        Key::new(
            "max_low_violations",
            COUNT,
            "Low findings that are tolerated; default 100",
        ),
        Key::new(
            "block_on_code_violations",
            Shape::Bool,
            "Findings of `code_best_practises` agents count towards blocking; default true",
        ),
        Key::new(
            "block_on_architect_violations",
            Shape::Bool,
            "Findings of `architect_best_practises` agents count towards blocking; default true",
        ),
        Key::new(
            "block_on_lld_deviations",
            Shape::Bool,
            "Any deviation from the low-level design blocks; default true",
        ),
        Key::new(
            "block_on_pattern_rejection",
            Shape::Bool,
            "A rejected pattern blocks; default false",
        ),
        Key::new(
            "allow_override_by_label",
            Shape::Bool,
            "A label of the pull request may override a BLOCK; default true",
        ),
        Key::new(
            "override_labels",
            Shape::Texts,
            "The labels that do; default `skip-validation` and `emergency-deploy`",
        ),
    ],
    elsewhere: &[],
};

/// `report`.
pub(crate) static REPORT: Table = Table {
    name: "report",
    noun: "`report`",
    doc: "Documents to write when the run ends: a path for each format.",
    keys: &[
        Key::new("markdown", Shape::Text, "Where the Markdown report goes"),
        Key::new("json", Shape::Text, "Where the JSON report goes"),
        Key::new("html", Shape::Text, "Where the report as a page goes"),
        Key::new("sarif", Shape::Text, "Where the findings as SARIF go"),
        Key::new("junit", Shape::Text, "Where the run as JUnit XML goes"),
    ],
    elsewhere: &[],
};

/// A count of findings.
const COUNT: Shape = Shape::Whole(0, 1_000_000_000);
