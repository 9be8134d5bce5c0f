//! Every setting: its name, its environment variables, its default, its meaning.
//!
//! One table drives `stagewright.toml`, the environment, `stagewright settings` and the
//! reference page, so that none of them can know a setting that the others do not.

/// How a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, at least 1.
    Count,
    /// A whole number, at least 0.
    CountOrZero,
    /// A duration such as `10m`, or a number of seconds.
    Duration,
    /// A duration that may be zero.
    Wait,
    /// A number of at least 1.
    Factor,
    /// True or false.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of words; in the environment parted by commas.
    Words,
    /// Any text.
    Text,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its dotted name in `stagewright.toml`.
    pub name: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// The review specification's bare variable, read when `[compat]
    /// seed_environment = true`.
    pub seed_variable: Option<&'static str>,
    /// The default as it would be written; empty is "none".
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

impl Setting {
    /// Its environment variable: `STAGEWRIGHT_` and its name in capitals.
    pub fn variable(&self) -> String {
        let name = self.name.replace('.', "_").to_ascii_uppercase();
        format!("STAGEWRIGHT_{name}")
    }
}

/// The table. `[lambda."ARN"]` and `[evaluators]` are maps of their own beside it.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "run.timeout",
        kind: Kind::Duration,
        seed_variable: Some("MAX_PIPELINE_DURATION_SECONDS"),
        default: "30m",
        meaning: "active time of a run that does not say its own",
    },
    Setting {
        name: "run.partial_success_allowed",
        kind: Kind::Switch,
        seed_variable: Some("PARTIAL_SUCCESS_ALLOWED"),
        default: "true",
        meaning: "whether a required failure leaves the status at PARTIAL_SUCCESS",
    },
    Setting {
        name: "run.fail_fast_on_critical",
        kind: Kind::Switch,
        seed_variable: Some("FAIL_FAST_ON_CRITICAL"),
        default: "false",
        meaning: "whether a critical finding stops a run",
    },
    Setting {
        name: "agents.concurrency",
        kind: Kind::Count,
        seed_variable: Some("MAX_CONCURRENT_AGENTS"),
        default: "",
        meaning: "agents that run at once, whatever a pipeline says; by default four per core",
    },
    Setting {
        name: "agents.timeout",
        kind: Kind::Duration,
        seed_variable: None,
        default: "",
        meaning: "time limit of agents and gates that do not say their own, in our own form",
    },
    Setting {
        name: "agents.max_timeout",
        kind: Kind::Duration,
        seed_variable: Some("MAX_AGENT_DURATION_SECONDS"),
        default: "10m",
        meaning: "what a time limit may grow to after timeouts; the limit of the review form",
    },
    Setting {
        name: "agents.pass_environment",
        kind: Kind::Words,
        seed_variable: None,
        default: "",
        meaning: "environment variables that agents get besides the usual ones; may end in *",
    },
    Setting {
        name: "agents.grace",
        kind: Kind::Duration,
        seed_variable: None,
        default: "5s",
        meaning: "time between TERM and KILL",
    },
    Setting {
        name: "retries.enabled",
        kind: Kind::Switch,
        seed_variable: Some("AGENT_RETRY_ENABLED"),
        default: "true",
        meaning: "whether failed agents are tried again at all",
    },
    Setting {
        name: "retries.limit",
        kind: Kind::CountOrZero,
        seed_variable: Some("MAX_AGENT_RETRIES"),
        default: "2",
        meaning: "re-runs of lambda, http and model agents that do not say their own",
    },
    Setting {
        name: "retries.base",
        kind: Kind::Wait,
        seed_variable: None,
        default: "4s",
        meaning: "the wait before the first re-run",
    },
    Setting {
        name: "retries.multiplier",
        kind: Kind::Factor,
        seed_variable: Some("RETRY_BACKOFF_MULTIPLIER"),
        default: "2",
        meaning: "by how much each further wait is longer",
    },
    Setting {
        name: "retries.max",
        kind: Kind::Wait,
        seed_variable: None,
        default: "60s",
        meaning: "the longest wait",
    },
    Setting {
        name: "retries.timeout_growth",
        kind: Kind::Factor,
        seed_variable: None,
        default: "1.5",
        meaning: "by how much a time limit grows after a timeout",
    },
    Setting {
        name: "journal.durability",
        kind: Kind::Choice(&["full", "normal"]),
        seed_variable: None,
        default: "full",
        meaning: "`full` survives a power cut; `normal` a crash of the process only, and is faster",
    },
    Setting {
        name: "log.format",
        kind: Kind::Choice(&["off", "json", "text"]),
        seed_variable: None,
        default: "off",
        meaning: "the structured log of commands that drive a run: `json`, `text` or `off`",
    },
    Setting {
        name: "log.file",
        kind: Kind::Text,
        seed_variable: None,
        default: "",
        meaning: "the file that the log is appended to; by default standard error",
    },
    Setting {
        name: "log.level",
        kind: Kind::Choice(&["debug", "info", "warning", "error", "critical"]),
        seed_variable: Some("LOG_LEVEL"),
        default: "info",
        meaning: "the least important records that are logged",
    },
];
