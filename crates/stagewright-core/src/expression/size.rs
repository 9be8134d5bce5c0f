//! How large an expression may be, and how many statements a template may have.
//!
//! Expressions are compiled by recursion, one level for each operator in the worst case,
//! and `{% … %}` nest in the same way. Both are counted before anything is compiled, so
//! that no text, wherever it came from, can exhaust the stack. What is counted is never
//! too little: words and operators, whether they nest or not.
//!
//! The compiler computes what is constant, so a literal that is multiplied would be built
//! in full for whoever only looks at the expression: `'x' * 99999999` is refused too.

/// The most words, operators and brackets of one expression. This much fits a stack of
/// two megabytes, the usual one of a thread.
pub const MAX_EXPRESSION_TOKENS: usize = 1_000;

/// The most `{% … %}` of one template.
pub const MAX_STATEMENTS: usize = 200;

/// Which limit a text exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// [`MAX_EXPRESSION_TOKENS`], in the expression at this byte offset.
    Tokens {
        /// Where the expression's `{{` or `{%` stands; 0 for a bare expression.
        offset: usize,
    },
    /// [`MAX_STATEMENTS`].
    Statements,
    /// A literal text or list is multiplied, in the expression at this byte offset.
    Multiplied {
        /// As for [`Excess::Tokens`].
        offset: usize,
    },
}

impl std::fmt::Display for Excess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tokens { .. } => write!(
                f,
                "an expression has at most {MAX_EXPRESSION_TOKENS} words, operators and brackets"
            ),
            Self::Statements => {
                write!(f, "a template has at most {MAX_STATEMENTS} `{{% … %}}`")
            }
            Self::Multiplied { .. } => {
                write!(
                    f,
                    "a text or list that stands in an expression cannot be multiplied"
                )
            }
        }
    }
}

/// The limit that an expression exceeds.
pub fn excess_of_expression(expression: &str) -> Option<Excess> {
    Scan::of(expression, None).excess(0)
}

/// The first limit that a template exceeds.
pub fn excess_of_template(template: &str) -> Option<Excess> {
    if template.matches("{%").count() > MAX_STATEMENTS {
        return Some(Excess::Statements);
    }
    // Literal text between the holes is no nesting. What opens within a hole, or within
    // literal text, is counted as if it were a hole too.
    [("{{", "}}"), ("{%", "%}")]
        .into_iter()
        .flat_map(|(opening, end)| template.match_indices(opening).map(move |at| (at.0, end)))
        .find_map(|(at, end)| Scan::of(&template[at + 2..], Some(end)).excess(at))
}

/// What is seen of an expression without compiling it.
#[derive(Default)]
struct Scan {
    /// Words, operators and brackets; texts in quotes count as one. Operators are counted
    /// by character, which is never too few.
    tokens: usize,
    /// Whether a literal text or list is multiplied.
    multiplies: bool,
    /// What ended last.
    last: Piece,
    /// The brackets that are open.
    groups: Vec<Group>,
}

/// What stands before a place of an expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Piece {
    /// Nothing, or an operator but `*`.
    #[default]
    Operator,
    /// `*`.
    Times,
    /// A text, a list, or brackets around them and other literals.
    Literal,
    /// Anything else that has a value.
    Value,
}

/// Brackets that are open.
struct Group {
    /// What stands before them: behind a value they are a call or a subscript.
    before: Piece,
    /// Whether they have a text or are a list.
    has_text: bool,
    /// Whether they have a name, so that nothing of them is known before a run.
    has_name: bool,
}

impl Scan {
    /// Scans an expression. It ends where its mark stands outside of quotes and brackets,
    /// as it does for the compiler, or else with the text; scanning ends when it is too
    /// large.
    fn of(text: &str, end: Option<&str>) -> Self {
        let mut scan = Self::default();
        let mut open = 0_i64;
        let mut characters = text.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            let ended = open == 0 && end.is_some_and(|end| text[at..].starts_with(end));
            if ended || scan.tokens > MAX_EXPRESSION_TOKENS {
                break;
            }
            match c {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open -= 1,
                _ => {}
            }
            if c.is_whitespace() {
                continue;
            }
            scan.tokens += 1;
            match c {
                '\'' | '"' => {
                    skip_quoted(&mut characters, c);
                    scan.value(Piece::Literal);
                }
                '(' | '[' | '{' => scan.open(c),
                ')' | ']' | '}' => scan.close(),
                '*' => {
                    scan.multiplies |= scan.last == Piece::Literal;
                    scan.last = Piece::Times;
                }
                c if is_part_of_a_word(c) => {
                    let behind = |(_, c): &(usize, char)| is_part_of_a_word(*c);
                    while characters.next_if(behind).is_some() {}
                    let is_name = !c.is_ascii_digit();
                    scan.name(is_name);
                }
                _ => scan.last = Piece::Operator,
            }
        }
        scan
    }

    fn excess(&self, offset: usize) -> Option<Excess> {
        if self.tokens > MAX_EXPRESSION_TOKENS {
            Some(Excess::Tokens { offset })
        } else if self.multiplies {
            Some(Excess::Multiplied { offset })
        } else {
            None
        }
    }

    fn value(&mut self, piece: Piece) {
        self.multiplies |= self.last == Piece::Times && piece == Piece::Literal;
        if piece == Piece::Literal
            && let Some(group) = self.groups.last_mut()
        {
            group.has_text = true;
        }
        self.last = piece;
    }

    fn name(&mut self, is_name: bool) {
        if is_name && let Some(group) = self.groups.last_mut() {
            group.has_name = true;
        }
        self.last = Piece::Value;
    }

    fn open(&mut self, bracket: char) {
        self.groups.push(Group {
            before: self.last,
            has_text: bracket == '[',
            has_name: false,
        });
        self.last = Piece::Operator;
    }

    fn close(&mut self) {
        let Some(group) = self.groups.pop() else {
            return;
        };
        let is_part = matches!(group.before, Piece::Literal | Piece::Value);
        self.last = group.before;
        if group.has_text && !group.has_name && !is_part {
            self.value(Piece::Literal);
        } else {
            // A name within makes the whole around it unknown too.
            self.name(group.has_name || is_part);
        }
    }
}

pub(super) fn is_part_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Goes behind the quote that ends a text.
pub(super) fn skip_quoted(characters: &mut impl Iterator<Item = (usize, char)>, quote: char) {
    while let Some((_, c)) = characters.next() {
        match c {
            '\\' => {
                characters.next();
            }
            _ if c == quote => break,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_never_counted_too_few() {
        // Goal: every operator that can nest counts, texts do not.
        for (expression, expected) in [
            ("", 0),
            ("context.pr.title", 5),
            ("not not a", 3),
            ("a|d|d", 5),
            ("- - 1", 3),
            ("'a ( b' == \"\\\" (\"", 4),
            ("a[0]()", 6),
            ("'open ((((", 1),
        ] {
            assert_eq!(Scan::of(expression, None).tokens, expected, "{expression}");
        }
    }

    #[test]
    fn literals_are_not_multiplied() {
        // Goal: nothing that the compiler would compute can be large; numbers and what is
        // known only in a run are left alone.
        for (expression, expected) in [
            ("'x' * 99999999", true),
            ("9 * 'x'", true),
            ("('x') * 9", true),
            ("9 * ('x' + 'y')", true),
            ("('a' ~ ('b')) * 9", true),
            ("-(('a')) * 9", true),
            ("[1] * 9", true),
            ("9 * [1, 2]", true),
            ("[['a'] * 9]", true),
            ("context.n + 'x' * 9", true),
            ("{'a': 'x'} * 9", true),
            ("2 * 3 * 'x'", true),
            ("3 * 4 + 5", false),
            ("context.n * 9", false),
            ("context['n'] * 9", false),
            ("(context['n'] + 1) * 9", false),
            ("(context.n | default('x')) * 9", false),
            ("f('x') * 9", false),
            ("context.a * 2 == 4 and context.b == 'x'", false),
            ("'*' == 'a * b'", false),
            ("('x' if context.a else 'y') * 9", false),
            ("'x' + 'y'", false),
            (") * 'x' (", true),
        ] {
            let found = excess_of_expression(expression) == Some(Excess::Multiplied { offset: 0 });
            assert_eq!(found, expected, "{expression}");
        }
        let template = "a * 'b' {{ x }} {{ 'x' * 9 }}";
        let expected = Some(Excess::Multiplied { offset: 16 });
        assert_eq!(excess_of_template(template), expected);
    }

    #[test]
    fn a_hole_ends_where_the_compiler_ends_it() {
        // Goal: nothing within a hole makes the rest of it look like literal text.
        let chain = "+1".repeat(MAX_EXPRESSION_TOKENS);
        for (template, expected) in [
            (format!("{{{{ 1{chain} }}}}"), Some(0)),
            (format!("{{{{ '}}}}'{chain} }}}}"), Some(0)),
            (format!("{{{{ \"\\\"}}}}\"{chain} }}}}"), Some(0)),
            (format!("{{{{ [{{'a': {{}}}}]{chain} }}}}"), Some(0)),
            (format!("{{% if '%}}'{chain} %}}"), Some(0)),
            (format!("{{% if x %}}{{{{ 1{chain}"), Some(10)),
            (
                format!("{{{{ x }}}} {chain} {{{{ {{'a': {{}}}} }}}} {chain}"),
                None,
            ),
            (
                format!("{{{{ 'x' }}}} it's {chain} {{% if x %}} {chain}"),
                None,
            ),
        ] {
            let found = excess_of_template(&template);
            let expected = expected.map(|offset| Excess::Tokens { offset });
            assert_eq!(found, expected, "{}…", &template[..20]);
        }
        let many = "{% if x %}".repeat(MAX_STATEMENTS + 1);
        assert_eq!(excess_of_template(&many), Some(Excess::Statements));
    }
}
