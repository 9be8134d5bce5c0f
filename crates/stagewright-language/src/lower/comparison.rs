//! Comparisons of structured conditions: an operator and a value that fit each other.

use super::Lowering;
use super::fields::{Field, Fields};
use crate::diagnostic::{Code, Problem};
use stagewright_core::Operator;

impl Lowering<'_> {
    /// The operator of a condition and the value that it compares with.
    pub(super) fn comparison(
        &mut self,
        fields: &Fields<'_>,
    ) -> Option<(Operator, serde_json::Value)> {
        let value = fields.get("value");
        let operator = Operator::parse(self.word_of(fields.get("operator"))?)?;
        let Some(value) = value else {
            if operator == Operator::Exists {
                return Some((operator, true.into()));
            }
            // `value: null` compares with nothing, which `eq` and `ne` can do.
            if fields.is_null("value") && matches!(operator, Operator::Eq | Operator::Ne) {
                return Some((operator, serde_json::Value::Null));
            }
            self.report(Problem::new(
                Code::MissingKey,
                fields.extent,
                "a comparison needs `value`",
            ));
            return None;
        };
        let json = value.node().to_json();
        self.check_operand(operator, &json, value)?;
        Some((operator, json))
    }

    /// A value that the operator can never be used with is found here, not at night.
    fn check_operand(
        &mut self,
        operator: Operator,
        value: &serde_json::Value,
        field: Field<'_>,
    ) -> Option<()> {
        let wanted = match operator {
            Operator::Gt | Operator::Lt | Operator::Gte | Operator::Lte if !value.is_number() => {
                "compares with a number"
            }
            Operator::In if !value.is_array() => "takes a list of values",
            Operator::Exists if !value.is_boolean() => "takes true or false",
            Operator::Regex => match value.as_str() {
                Some(pattern) => {
                    let Err(reason) = self.pattern_has_names(pattern) else {
                        return Some(());
                    };
                    self.report(Problem::new(
                        Code::BadComparison,
                        field.extent(),
                        format!("this is not a regular expression: {reason}"),
                    ));
                    return None;
                }
                None => "takes a text",
            },
            _ => return Some(()),
        };
        let word = Operator::ALL
            .iter()
            .find(|(_, known)| *known == operator)
            .map_or("", |(word, _)| word);
        self.report(Problem::new(
            Code::BadComparison,
            field.extent(),
            format!("`{word}` {wanted}, this is {}", field.node().describe()),
        ));
        None
    }
}
