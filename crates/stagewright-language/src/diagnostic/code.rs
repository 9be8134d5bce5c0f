//! The codes of all problems that a pipeline file can have. This table is the only
//! place where a code is bound to its level and title; the pages under
//! `docs/errors`, `docs/problems.md` and the tests are held equal to it.

use super::Level;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])* $name:ident = $code:literal, $level:ident, $title:literal; )*) => {
        /// Which kind of problem a diagnostic tells.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $( $(#[doc = $doc])* $name, )*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// The code as it is shown, such as `SW0110`.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// Whether it stops the file from being run.
            pub fn level(self) -> Level {
                match self { $( Self::$name => Level::$level, )* }
            }

            /// What the problem is, in a few words.
            pub fn title(self) -> &'static str {
                match self { $( Self::$name => $title, )* }
            }
        }
    };
}

codes! {
    /// The text is not YAML, or not JSON.
    Syntax = "SW0101", Error, "the file is not valid YAML or JSON";
    /// There is nothing in it, or not a mapping.
    NotAPipeline = "SW0102", Error, "the file does not hold a pipeline";
    /// A mapping has the same key twice.
    DuplicateKey = "SW0103", Error, "a key stands twice";
    /// A limit on files is exceeded.
    TooLarge = "SW0104", Error, "a limit on pipeline files is exceeded";
    /// There is a second document.
    SecondDocument = "SW0105", Error, "the file holds more than one document";
    /// A part of YAML that pipelines do without.
    UnsupportedYaml = "SW0106", Error, "a part of YAML that pipeline files do without";

    /// No such key.
    UnknownKey = "SW0110", Error, "an unknown key";
    /// Part of the language, but not of this version.
    NotInThisVersion = "SW0111", Error, "known, but not in this version";
    /// A key that has to be there.
    MissingKey = "SW0112", Error, "a key is missing";
    /// A value of the wrong shape.
    WrongShape = "SW0113", Error, "a value has the wrong shape";
    /// A value that is out of its range.
    BadValue = "SW0114", Error, "a value cannot be used";
    /// A word that is not among the possible ones.
    UnknownWord = "SW0115", Error, "an unknown word";
    /// Two keys that say the same, or exclude each other.
    Conflict = "SW0116", Error, "two keys exclude each other";
    /// A key that has no meaning for this kind of agent.
    NotForThisKind = "SW0117", Error, "a key that this kind of agent does not have";

    /// An id that is not one.
    BadId = "SW0120", Error, "an id has a form that cannot be used";
    /// An id that is used twice.
    DuplicateId = "SW0121", Error, "an id is used twice";
    /// An id that was rewritten.
    MappedId = "SW0122", Warning, "an id with hyphens was mapped";
    /// An agent without a kind, or with several.
    AgentKind = "SW0123", Error, "an agent needs exactly one kind";
    /// A word that is almost a known agent type.
    AlmostKnownType = "SW0124", Warning, "an agent type is almost a known one";
    /// A file that the pipeline names and that cannot be read.
    UnreadableFile = "SW0125", Error, "a file that the pipeline names cannot be read";
    /// Pipelines that contain each other, or too many of them.
    PipelineNesting = "SW0126", Error, "pipelines contain each other, or nest too deep";
    /// A pipeline with errors.
    BrokenPipeline = "SW0127", Error, "a pipeline that is used has errors";
    /// Where an HTTP agent cannot go.
    BadUrl = "SW0128", Error, "a URL cannot be requested";

    /// A name that nothing has.
    UnknownReference = "SW0130", Error, "a name that nothing in the pipeline has";
    /// It is read or waited for before it can have ended.
    TooEarly = "SW0131", Error, "something is needed before it can have ended";
    /// Agents that wait for each other.
    Cycle = "SW0132", Error, "agents wait for each other";
    /// Which result is read is known only at run time.
    DynamicResult = "SW0133", Error, "which result is read is known only at run time";
    /// A name that expressions do not have.
    UnknownName = "SW0134", Error, "a name that is not in scope";
    /// A secret where it would be stored or shown.
    SecretOutOfPlace = "SW0135", Error, "a secret where nothing is launched";
    /// A context field that the declared defaults do not have.
    UndeclaredContext = "SW0136", Warning, "a context field without a declared default";
    /// A name that settings map to no program.
    Unmapped = "SW0137", Warning, "a name that settings map to no program";
    /// A path that an output cannot have.
    NotInOutput = "SW0138", Error, "a path that an agent's output cannot have";
    /// A path that an output's description does not have.
    UndeclaredOutput = "SW0139", Warning, "a path that an agent's output is not known to have";

    /// An expression that is not one.
    BadExpression = "SW0140", Error, "an expression cannot be understood";
    /// A template that is not one.
    BadTemplate = "SW0141", Error, "a template cannot be understood";
    /// An operator and a value that do not fit.
    BadComparison = "SW0142", Error, "an operator and its value do not fit";
    /// A JSON Schema that is not one.
    BadSchema = "SW0143", Error, "a JSON Schema cannot be used";

    /// A value would reach the shell in an unsafe way.
    UnsafeShell = "SW0150", Error, "a value may not stand at this place of a shell text";

    /// A secret in plain text.
    PlainSecret = "SW0160", Error, "a secret stands in the file";
    /// A secret reference that is not one.
    BadSecretReference = "SW0161", Error, "a secret reference has a form that cannot be used";

    /// Time limits that together exceed the run's.
    TimeoutsAddUp = "SW0170", Warning, "time limits add up to more than the run's";
    /// It can never run.
    NeverRuns = "SW0171", Warning, "something can never run";
    /// Limits of which one can never be reached.
    LimitWithoutEffect = "SW0172", Warning, "a time limit can never be reached";
    /// `approve` would say no, or `reject` yes.
    ChoicesReversed = "SW0173", Warning, "choices stand the wrong way round";
    /// A loop whose condition is always the same.
    EndlessLoop = "SW0174", Warning, "a loop ends only at its bound";
}

impl Code {
    /// Whether the line at fault may hold a secret, so that only the key is shown.
    pub(super) fn conceals(self) -> bool {
        matches!(self, Self::PlainSecret | Self::BadSecretReference)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
