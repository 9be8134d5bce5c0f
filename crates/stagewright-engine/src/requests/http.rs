//! HTTP requests: templates in headers and body, secrets still references. The URL is the
//! work of `url`.

use super::renderer::{Renderer, tree_reads};
use serde_json::Value;
use stagewright_agents::{
    Body, DEFAULT_REDIRECTS, HttpAnswer, HttpBody, HttpMethod, HttpRequest, Request,
};
use stagewright_core::Run;
use stagewright_core::expression::render_tree;
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
        let url = self
            .url(run, node, &http.url)
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
            url,
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
