//! How large an expression may be, and how many statements a template may have.
//!
//! Expressions are compiled by recursion, one level for each operator in the worst case,
//! and `{% … %}` nest in the same way. Both are counted before anything is compiled, so
//! that no text, wherever it came from, can exhaust the stack. What is counted is never
//! too little: words and operators, whether they nest or not.

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
        }
    }
}

/// The limit that an expression exceeds.
pub fn excess_of_expression(expression: &str) -> Option<Excess> {
    (tokens_of(expression, None) > MAX_EXPRESSION_TOKENS).then_some(Excess::Tokens { offset: 0 })
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
        .find(|(at, end)| tokens_of(&template[at + 2..], Some(end)) > MAX_EXPRESSION_TOKENS)
        .map(|(offset, _)| Excess::Tokens { offset })
}

/// How many words, operators and brackets an expression has; texts in quotes count as
/// one. Operators are counted by character, which is never too few. The expression ends
/// where its mark stands outside of quotes and brackets, as it does for the compiler, or
/// else with the text; counting ends when it is too large.
fn tokens_of(text: &str, end: Option<&str>) -> usize {
    let mut count = 0;
    let mut open = 0_i64;
    let mut in_word = false;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        let ended = open == 0 && end.is_some_and(|end| text[at..].starts_with(end));
        if ended || count > MAX_EXPRESSION_TOKENS {
            break;
        }
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            _ => {}
        }
        let word = c.is_alphanumeric() || c == '_';
        let continues = word && in_word;
        if !c.is_whitespace() && !continues {
            count += 1;
        }
        in_word = word;
        if matches!(c, '\'' | '"') {
            skip_quoted(&mut characters, c);
        }
    }
    count
}

/// Goes behind the quote that ends a text.
fn skip_quoted(characters: &mut std::str::CharIndices<'_>, quote: char) {
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
            assert_eq!(tokens_of(expression, None), expected, "{expression}");
        }
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
