//! Why a text is refused, and what its author can do instead.

/// A place that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it begins in the text, in bytes.
    pub offset: usize,
    /// How much it covers, in bytes.
    pub length: usize,
    /// What is wrong.
    pub kind: RefusalKind,
    /// What it is about: the command, the variable or the construct, as written.
    pub subject: String,
}

/// What is wrong with a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// `{{` without `}}`.
    UnterminatedHole,
    /// A hole without an expression.
    EmptyHole,
    /// `{{-` or `-}}`: there is no text to trim in a program.
    WhitespaceControl,
    /// `{% … %}`.
    Statement,
    /// `{# … #}`.
    TemplateComment,
    /// A quote that is not closed.
    UnterminatedQuote,
    /// An expansion, a group or a compound command that is not closed.
    UnterminatedExpansion,
    /// A here-document without its delimiter line.
    UnterminatedHereDocument,
    /// The value would name the command.
    CommandWord,
    /// Arithmetic evaluates what is in variables, command substitutions included.
    Arithmetic,
    /// Inside `${…}`.
    ParameterExpansion,
    /// A here-document with a quoted delimiter expands nothing.
    QuotedHereDocument,
    /// The value would be the delimiter of a here-document.
    HereDocumentDelimiter,
    /// Inside backticks, which are read twice.
    Backticks,
    /// Inside `$'…'`.
    AnsiQuote,
    /// Inside `$"…"`, which is translated and then read again.
    LocaleQuote,
    /// Directly after a backslash, which would take the reference apart.
    AfterBackslash,
    /// Directly after a dollar sign, which would take the reference apart.
    AfterDollar,
    /// The value would be program text of a command such as `eval` or `sh -c`.
    EvaluatedText,
    /// The value would be read as a program from standard input.
    ProgramInput,
    /// The value would choose which program an interpreter runs.
    ProgramFile,
    /// The value would be (part of) a command that another command runs.
    NestedCommand,
    /// The value would be an option's argument that is run or configures what is run.
    CommandOption,
    /// Which command gets the value is only known at run time; it may evaluate it.
    UnknownCommand,
    /// An arithmetic comparison in `[[ … ]]`.
    ArithmeticComparison,
    /// `-v` evaluates subscripts in the name it is given.
    VariableTest,
    /// A test whose meaning depends on the value.
    TestOperator,
    /// The value would name a variable.
    VariableName,
    /// The value would be the subscript of an array.
    ArraySubscript,
    /// The value would name a function.
    FunctionName,
    /// The value would name the variable of a loop.
    LoopVariable,
    /// The variable changes what is run.
    DangerousVariable,
    /// The variable has an attribute that evaluates what is assigned to it.
    EvaluatingVariable,
    /// The value would be a format string.
    FormatString,
    /// The value would be a file descriptor.
    FileDescriptor,
    /// The text names a variable that values are bound to.
    ReservedVariable,
    /// bash's syntax in a text for a plain shell.
    NotInDialect,
    /// Shells disagree about the construct, or the lexer would have to guess.
    Ambiguous,
    /// The text is longer than [`MAX_TEXT_BYTES`](super::MAX_TEXT_BYTES).
    TooLong,
    /// Too many constructs inside each other.
    TooDeep,
}

impl Refusal {
    pub(super) fn new(kind: RefusalKind, offset: usize, length: usize, subject: &str) -> Self {
        Self {
            offset,
            length,
            kind,
            subject: subject.to_owned(),
        }
    }

    /// What is wrong, as a lower-case sentence without a full stop.
    pub fn message(&self) -> String {
        use RefusalKind as K;
        let subject = &self.subject;
        match self.kind {
            K::UnterminatedHole => "this `{{` has no `}}`".to_owned(),
            K::EmptyHole => "there is no expression between the braces".to_owned(),
            K::WhitespaceControl => {
                "`{{-` and `-}}` trim text, which a program cannot lose".to_owned()
            }
            K::Statement => "`{% … %}` cannot stand in a `run:` text".to_owned(),
            K::TemplateComment => "`{# … #}` cannot stand in a `run:` text".to_owned(),
            K::UnterminatedQuote => format!("this {subject} is never closed"),
            K::UnterminatedExpansion => format!("this `{subject}` is never closed"),
            K::UnterminatedHereDocument => format!("the here-document has no line `{subject}`"),
            K::CommandWord => "a value cannot choose which command runs".to_owned(),
            K::Arithmetic => {
                "arithmetic evaluates what is in a variable, commands included".to_owned()
            }
            K::ParameterExpansion => "a value cannot stand inside `${…}`".to_owned(),
            K::QuotedHereDocument => {
                "a here-document with a quoted delimiter expands nothing".to_owned()
            }
            K::HereDocumentDelimiter => {
                "a value cannot be the delimiter of a here-document".to_owned()
            }
            K::Backticks => {
                "a value cannot stand inside backticks, which are read twice".to_owned()
            }
            K::AnsiQuote => "a value cannot stand inside `$'…'`, which expands nothing".to_owned(),
            K::LocaleQuote => {
                "a value cannot stand inside `$\"…\"`, which is translated and read again"
                    .to_owned()
            }
            K::AfterBackslash => {
                "a backslash before a value would take its quoting apart".to_owned()
            }
            K::AfterDollar => "a `$` before a value would take its quoting apart".to_owned(),
            K::EvaluatedText => format!("`{subject}` would run the value as program text"),
            K::ProgramInput => {
                format!("`{subject}` reads its program from standard input, where a value may be")
            }
            K::ProgramFile => format!("the value would choose which program `{subject}` runs"),
            K::NestedCommand => {
                format!("the value would be part of a command that `{subject}` runs")
            }
            K::CommandOption => {
                format!("what this option of `{subject}` is given can run commands")
            }
            K::UnknownCommand => {
                "which command gets the value is only known when it runs, and it may evaluate it"
                    .to_owned()
            }
            K::ArithmeticComparison => {
                format!("`{subject}` inside `[[ … ]]` evaluates its operands as arithmetic")
            }
            K::VariableTest => "`-v` evaluates subscripts in the name it is given".to_owned(),
            K::TestOperator => format!("what `{subject}` tests would depend on the value"),
            K::VariableName => format!("the value would name a variable for `{subject}`"),
            K::ArraySubscript => {
                "bash evaluates the subscript of an array as arithmetic".to_owned()
            }
            K::FunctionName => "a value cannot name a function".to_owned(),
            K::LoopVariable => "a value cannot name the variable of a loop".to_owned(),
            K::DangerousVariable => format!("the variable `{subject}` changes which code is run"),
            K::EvaluatingVariable => {
                format!("the variable `{subject}` has an attribute that evaluates what it is given")
            }
            K::FormatString => format!("a value cannot be the format of `{subject}`"),
            K::FileDescriptor => "a value cannot be a file descriptor".to_owned(),
            K::ReservedVariable => {
                format!("`{subject}` is the name of a variable that holds a value")
            }
            K::NotInDialect => {
                format!("`{subject}` is bash's syntax, and the shell is a plain one")
            }
            K::Ambiguous => format!("shells disagree about how to read `{subject}` here"),
            K::TooLong => format!(
                "the text has {} bytes, more than {}",
                self.length,
                super::MAX_TEXT_BYTES
            ),
            K::TooDeep => "too many constructs inside each other".to_owned(),
        }
    }

    /// What the author can do instead.
    pub fn hint(&self) -> &'static str {
        use RefusalKind as K;
        match self.kind {
            K::UnterminatedHole => "close it; for literal braces write `{{ '{{' }}`",
            K::EmptyHole => "write an expression such as `{{ context.pr.title }}`",
            K::WhitespaceControl => "write `{{ … }}` without the sign",
            K::Statement => "decide with `if:` and repeat with `for_each:`",
            K::TemplateComment => "use a YAML or a shell comment",
            K::UnterminatedQuote | K::UnterminatedExpansion => "close it",
            K::UnterminatedHereDocument => "end the body with the delimiter on a line of its own",
            K::CommandWord => "write the command; choose between agents with `if:`",
            K::Arithmetic | K::ArithmeticComparison => {
                "compute in the expression (`{{ a + 1 }}`), or compare with `[ \"$n\" -gt 1 ]`"
            }
            K::ParameterExpansion => "assign it first: `x={{ … }}`, then `${x}`",
            K::QuotedHereDocument => "unquote the delimiter, or pass the value with `env:`",
            K::HereDocumentDelimiter => "write the delimiter as a plain word",
            K::Backticks => "use `$(…)`",
            K::AnsiQuote | K::LocaleQuote => "use double quotes",
            K::AfterBackslash => "double the backslash, or leave it out",
            K::AfterDollar => "leave out the `$`; for a literal one write `\\$`",
            K::EvaluatedText => {
                "pass it with `env:` or as an argument after the program text: \
                 `sh -c 'cmd \"$1\"' sh {{ … }}`"
            }
            K::ProgramInput => {
                "give the program as a file or an argument, and the value with `env:`"
            }
            K::ProgramFile => "name the program, and pass the value as its argument",
            K::NestedCommand => "pass it with `env:`, or run the command in a loop of its own",
            K::CommandOption => "write the option's argument yourself; pass data with `env:`",
            K::UnknownCommand => {
                "write the command's name, with a path if need be (`\"$dir\"/tool`)"
            }
            K::VariableTest => "compare the value in the agent's `if:`",
            K::TestOperator => "split the test: `[ … ] && [ … ]`, one comparison each",
            K::VariableName | K::LoopVariable => {
                "write the name, and assign the value: `name={{ … }}`"
            }
            K::ArraySubscript => "use a list: `items=({{ … }})`, or pass it with `env:`",
            K::FunctionName => "write the name",
            K::DangerousVariable => "declare it under the agent's `env:`, where it is visible",
            K::EvaluatingVariable => "assign it to a plain variable",
            K::FormatString => "write the format: `printf '%s' {{ … }}`",
            K::FileDescriptor => "write the number",
            K::ReservedVariable => "use another name; those that begin with `SW_` are taken",
            K::NotInDialect => "set `shell: bash`, or write it for a plain shell",
            K::Ambiguous => "write it in a simpler way: with spaces, or in a script file",
            K::TooLong | K::TooDeep => "move it into a script file, and pass values as arguments",
        }
    }
}

impl RefusalKind {
    /// Whether it is about where a value goes, rather than about the text itself.
    pub(super) fn is_about_values(self) -> bool {
        !matches!(
            self,
            Self::Statement
                | Self::TemplateComment
                | Self::UnterminatedQuote
                | Self::UnterminatedExpansion
                | Self::UnterminatedHereDocument
                | Self::ProgramInput
                | Self::NotInDialect
        )
    }

    /// Whether this is a mistake in a text without holes too.
    pub(super) fn concerns_any_text(self) -> bool {
        matches!(
            self,
            Self::Statement | Self::TemplateComment | Self::UnterminatedQuote | Self::TooLong
        )
    }
}
