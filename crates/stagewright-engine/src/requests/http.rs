//! HTTP requests: templates in URL, headers and body, secrets still references.

use super::renderer::{Renderer, tree_reads};
use super::trust::is_trusted;
use serde_json::Value;
use stagewright_agents::{
    Body, DEFAULT_REDIRECTS, HttpAnswer, HttpBody, HttpMethod, HttpRequest, Request,
};
use stagewright_core::Run;
use stagewright_core::expression::{Template, render_tree};
use stagewright_core::plan::{Http, Node, NodeIx, OutputForm};
use std::collections::BTreeMap;

impl Renderer {
    pub(super) fn http(
        &mut self,
        run: &Run,
        node: NodeIx,
        planned: &Node,
        http: &Http,
    ) -> Result<Request, String> {
        let method = HttpMethod::parse(&http.method)
            .ok_or_else(|| format!("`{}` is no method that a step may use", http.method))?;
        refuse_foreign_server(&http.url, &run.plan().trusted)?;
        let url = self
            .text(run, node, &http.url, true)
            .map_err(|message| format!("url: {message}"))?;
        let mut headers = BTreeMap::new();
        for (name, template) in &http.headers {
            let value = self
                .text(run, node, template, true)
                .map_err(|message| format!("headers.{name}: {message}"))?;
            headers.insert(name.clone(), self.markers.resolve(&value));
        }
        let answer = planned
            .outputs
            .as_ref()
            .map_or(HttpAnswer::Auto, |outputs| match outputs.form {
                OutputForm::Json => HttpAnswer::Json,
                OutputForm::Text | OutputForm::Lines => HttpAnswer::Text,
            });
        let request = HttpRequest {
            url: self.markers.resolve(&url),
            method,
            headers,
            body: self.body(run, node, http, method)?,
            answer,
            max_answer_bytes: http.max_answer_bytes,
            redirects: http.redirects.unwrap_or(DEFAULT_REDIRECTS),
            allow_addresses: http.allow_addresses.clone(),
        };
        let input = self.input(run, node, http.input.as_ref())?;
        let body = Body::Http(Box::new(request));
        Ok(self.request(run, planned, body, input, http.findings.as_ref()))
    }

    /// What is sent: a text as it is, anything else as JSON; without a `body` the input,
    /// where such a request carries one.
    fn body(
        &mut self,
        run: &Run,
        node: NodeIx,
        http: &Http,
        method: HttpMethod,
    ) -> Result<HttpBody, String> {
        let Some(tree) = &http.body else {
            return Ok(if method.sends_input() {
                HttpBody::Input
            } else {
                HttpBody::None
            });
        };
        let scope = self.scope(run, node, &tree_reads(tree)?, true)?;
        let value =
            render_tree(tree, &scope).map_err(|error| format!("body: {}", error.message))?;
        Ok(match value {
            Value::String(text) => HttpBody::Text {
                text: self.markers.resolve(&text),
            },
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => HttpBody::json(value, |text| self.markers.resolve(text)),
        })
    }
}

/// A value from outside may say what is asked of a server, and not which server is asked:
/// that one gets the request's secrets (decision 22).
///
/// # Errors
/// When it could.
fn refuse_foreign_server(source: &str, trusted: &[String]) -> Result<(), String> {
    let template = Template::compile(source).map_err(|error| format!("url: {}", error.message))?;
    if names_server(source) || is_trusted(trusted, &template.reads()) {
        return Ok(());
    }
    Err(format!(
        "url: a value from outside would say which server `{source}` asks; write scheme and \
         server themselves, take them from `secrets`, or declare the path under `trusted:`"
    ))
}

/// Whether scheme and server are complete before the first value.
fn names_server(source: &str) -> bool {
    let literal = source.split("{{").next().unwrap_or_default();
    literal
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the author says which server is asked, whatever values come from outside.
    #[test]
    fn the_server_is_not_from_outside() {
        let trusted = ["context.api".to_owned()];
        for (url, fine) in [
            ("https://a.example/{{ context.path }}", true),
            ("https://a.example?q={{ context.path }}", true),
            ("https://a.example", true),
            ("{{ secrets.HOOK }}", true),
            ("{{ context.api }}/x", true),
            ("{{ context.url }}", false),
            ("https://{{ context.host }}/", false),
            ("https://a.example{{ context.rest }}", false),
            ("{{ context.scheme }}://a.example/", false),
            ("https://{{ context.api }}.{{ context.zone }}/", false),
        ] {
            assert_eq!(refuse_foreign_server(url, &trusted).is_ok(), fine, "{url}");
        }
    }
}
