//! The pipeline itself, and what everything in it inherits.

use super::fields::{Field, Fields};
use super::reads::Purpose;
use super::{Inherited, Lowering, Owner};
use crate::diagnostic::{Code, Problem};
use crate::keys::{DEFAULTS, LIMITS, PIPELINE};
use crate::limit::{MAX_NODES, MAX_STAGES};
use crate::syntax::Node;
use serde_json::{Map, Value};
use stagewright_core::plan::{
    Form, Limits, Node as PlanNode, NodeIx, PLAN_FORMAT, Plan, Stage, StageIx,
};
use stagewright_core::severity::Severity;
use std::collections::{BTreeMap, BTreeSet};

impl Lowering<'_> {
    /// The plan; what is missing in it was reported.
    pub(super) fn pipeline(&mut self, root: &Node) -> Option<Plan> {
        let Some(entries) = root.as_map() else {
            self.report(
                Problem::new(
                    Code::NotAPipeline,
                    root.extent,
                    format!("a pipeline is a mapping, this is {}", root.describe()),
                )
                .hint("begin with `name: …` and `stages:`"),
            );
            return None;
        };
        let stages_field = entries.iter().find(|entry| entry.key == "stages");
        let stage_nodes = stages_field
            .and_then(|entry| entry.value.as_list())
            .unwrap_or_default();
        if !self.within_counts(stage_nodes) {
            return None;
        }
        self.learn_names(stage_nodes);
        let fields = self.fields(root, &PIPELINE)?;
        self.check_stage_list(&fields);
        let context = self.context(fields.get("context"));
        let limits = self.limits(fields.get("limits"));
        self.inherited = self.inherited_from(&fields, &context);
        let mut nodes = Vec::with_capacity(self.names.nodes.len());
        let stages = self.stages(stage_nodes, &mut nodes);
        let plan = Plan {
            format: PLAN_FORMAT,
            name: fields
                .get("name")
                .and_then(|field| self.text_of(field))
                .unwrap_or_default(),
            version: fields
                .get("version")
                .and_then(|field| self.text_of(field))
                .unwrap_or_default(),
            form: self.form,
            context,
            limits,
            fail_fast: self.bool_of(fields.get("fail_fast")),
            fail_fast_on_critical: self.bool_of(fields.get("fail_fast_on_critical")),
            stages,
            nodes,
            policy: self.policy(&fields),
            trusted: self.trusted(fields.get("trusted")),
            reports: self.reports(fields.get("report")),
            severities: self.severities(fields.get("severities")),
        };
        fields.finish();
        self.find_cycles();
        self.check_output_reads();
        let complete = plan.nodes.len() == self.names.nodes.len();
        let plan = complete.then(|| self.with_reads(plan))?;
        self.advise(&plan, root);
        Some(plan)
    }

    fn within_counts(&mut self, stages: &[Node]) -> bool {
        let nodes: usize = stages
            .iter()
            .flat_map(|stage| stage.as_map().unwrap_or_default())
            .filter(|entry| entry.key == "agents" || entry.key == "gates")
            .map(|entry| entry.value.as_list().map_or(0, <[Node]>::len))
            .sum();
        let message = if stages.len() > MAX_STAGES {
            format!(
                "a pipeline has at most {MAX_STAGES} stages, this one has {}",
                stages.len()
            )
        } else if nodes > MAX_NODES {
            format!("a pipeline has at most {MAX_NODES} agents and gates, this one has {nodes}")
        } else {
            return true;
        };
        self.report(Problem::new(Code::TooLarge, stages[0].extent, message));
        false
    }

    fn check_stage_list(&mut self, fields: &Fields<'_>) {
        let Some(field) = fields.get("stages") else {
            return;
        };
        match field.node().as_list() {
            None => self.wrong_shape(field.node(), "stages", "a list of stages"),
            Some([]) => self.report(
                Problem::new(Code::BadValue, field.extent(), "`stages` is empty")
                    .hint("a pipeline without stages would end as if everything were fine"),
            ),
            Some(_) => {}
        }
    }

    fn stages(&mut self, stage_nodes: &[Node], nodes: &mut Vec<PlanNode>) -> Vec<Stage> {
        let mut stages = Vec::with_capacity(stage_nodes.len());
        for (index, node) in stage_nodes.iter().enumerate() {
            stages.extend(self.stage(index, node, nodes));
        }
        stages
    }

    fn context(&mut self, field: Option<Field<'_>>) -> Map<String, Value> {
        let Some(field) = field else {
            return Map::new();
        };
        self.refuse_plain_secrets(field.node());
        match field.node().to_json() {
            Value::Object(context) => context,
            _ => {
                self.wrong_shape(field.node(), "context", "a mapping");
                Map::new()
            }
        }
    }

    fn limits(&mut self, field: Option<Field<'_>>) -> Limits {
        let mut limits = Limits::default();
        if let Some(fields) = field.and_then(|field| self.fields(field.node(), &LIMITS)) {
            limits.timeout_ms = self.duration_of(fields.get("timeout"));
            limits.max_parallelism = self.small_of(fields.get("max_parallelism"));
            fields.finish();
        }
        if self.form == Form::Review {
            limits.timeout_ms.get_or_insert(self.settings.review_run_ms);
            limits
                .max_parallelism
                .get_or_insert(self.settings.review_parallelism);
        }
        limits
    }

    fn inherited_from(&mut self, fields: &Fields<'_>, context: &Map<String, Value>) -> Inherited {
        let own = fields.get("defaults");
        let own = own.and_then(|field| self.fields(field.node(), &DEFAULTS));
        let timeout = own.as_ref().and_then(|own| own.get("timeout"));
        let retries = own.as_ref().and_then(|own| own.get("retries"));
        let timeout = self.one_of(timeout, fields.get("default_timeout_per_agent"));
        let retries = self.one_of(retries, fields.get("max_retries_per_agent"));
        if let Some(own) = own {
            own.finish();
        }
        let default_timeout = match self.form {
            Form::Own => self.settings.default_timeout_ms,
            Form::Review => Some(self.settings.max_agent_ms),
        };
        let retry_failed = self
            .bool_of(fields.get("retry_failed_agents"))
            .unwrap_or(true);
        let declared = fields.get("context").is_some();
        let secrets = self.secrets_of(fields.get("secrets"), &BTreeMap::new());
        let env = self.environment_of(fields.get("env"), &BTreeMap::new());
        if let Some(field) = fields.get("env") {
            // Every command gets it, the first one too, so no result can be read.
            let owner = Owner::Stage(StageIx(0));
            self.check_tree(owner, Purpose::Launch(&secrets), field.node());
        }
        Inherited {
            timeout_ms: self.duration_of(timeout).or(default_timeout),
            retries: self.small_of(retries),
            retries_off: !retry_failed || !self.settings.retry_enabled,
            halt: self.form == Form::Own,
            secrets,
            env,
            context: declared.then(|| context.keys().cloned().collect()),
        }
    }

    /// The one of two fields that say the same; both together are an error.
    fn one_of<'t>(
        &mut self,
        own: Option<Field<'t>>,
        other: Option<Field<'t>>,
    ) -> Option<Field<'t>> {
        if let (Some(own), Some(other)) = (own, other) {
            self.report(Problem::new(
                Code::Conflict,
                other.entry.key_extent,
                format!(
                    "`{}` and `defaults: {{{}: …}}` say the same",
                    other.entry.key, own.entry.key
                ),
            ));
        }
        own.or(other)
    }

    fn trusted(&mut self, field: Option<Field<'_>>) -> Vec<String> {
        let Some(field) = field else {
            return Vec::new();
        };
        let paths = self.texts_of(Some(field)).unwrap_or_default();
        for path in &paths {
            let root = path.split('.').next().unwrap_or_default();
            if path.split('.').any(str::is_empty) || !matches!(root, "context" | "results") {
                let place = self.word_within(field.node().extent, path);
                self.report(
                    Problem::new(
                        Code::BadValue,
                        place,
                        format!("`{path}` is not a path that can be trusted"),
                    )
                    .hint(
                        "write paths such as `context.pr.number` or `results.plan.output.branch`",
                    ),
                );
            }
        }
        paths
    }

    /// `severities:` of a pipeline, or of a mapping of findings.
    pub(super) fn severities(&mut self, field: Option<Field<'_>>) -> BTreeMap<String, String> {
        let mut severities = BTreeMap::new();
        let Some(field) = field else {
            return severities;
        };
        let Some(entries) = field.node().as_map() else {
            self.wrong_shape(
                field.node(),
                "severities",
                "a mapping of words to severities",
            );
            return severities;
        };
        let words = Severity::WORST_FIRST.map(Severity::as_str);
        for entry in entries {
            let Some(word) = self.scalar_text(&entry.value, &entry.key, "a severity") else {
                continue;
            };
            match Severity::parse(&word) {
                Some(severity) => {
                    severities.insert(entry.key.clone(), severity.as_str().to_owned());
                }
                None => self.unknown_word(&entry.value, &entry.key, &word, &words),
            }
        }
        severities
    }

    /// Puts into the nodes what was learnt about them from others.
    fn with_reads(&mut self, mut plan: Plan) -> Plan {
        for (index, node) in plan.nodes.iter_mut().enumerate() {
            let known: BTreeSet<NodeIx> =
                node.depends_on.iter().chain(&node.after).copied().collect();
            let siblings = std::mem::take(&mut self.after[index]);
            node.after.extend(siblings.difference(&known));
            node.projection = std::mem::take(&mut self.projections[index])
                .into_iter()
                .collect();
        }
        plan
    }
}
