//! The time chart: who ran when, for how long, and what they waited for.
//!
//! A line for each agent and gate that did anything, below each other in the order of
//! the plan. A try is a bar, filled when it went well and open when it did not; a wait
//! for the next try is a thin line, a wait for a person a hatched bar. What the bars say
//! stands in their titles, and in the table of agents.

use super::page::Page;
use super::scale::Scale;
use crate::markup::escape;
use crate::moment::duration;
use crate::outside::fitted;
use crate::timeline::{Span, Timeline, TryEnd, What};
use stagewright_core::{NodeIx, Run, StageIx, Timestamp};
use std::fmt::Write as _;

/// The most lines.
const ROWS: usize = 250;
/// The measures of the drawing.
const LEFT: f64 = 212.0;
const WIDTH: f64 = 860.0;
const RIGHT: f64 = 76.0;
const TOP: f64 = 30.0;
const ROW: f64 = 22.0;
const BAR: f64 = 12.0;
/// The most instances of a repeated agent that have lines of their own.
const INSTANCES: u32 = 12;
/// The most columns of a name.
const NAME: usize = 28;

pub(super) fn section(page: &mut Page, run: &Run, timeline: &Timeline) {
    let Some(extent) = timeline.extent else {
        return;
    };
    let chart = Chart::new(run, timeline, extent);
    page.section("time", "Time")
        .wide("The time chart")
        .drawing(&chart.draw())
        .end_wide()
        .raw(
            "<p class=\"legend\">A filled bar is a try that went well, an open one a try that \
             failed or was lost, a thin line the wait for the next try, a hatched bar the wait for \
             a person. Long pauses are cut short where the chart says so.</p>\n",
        );
    let more = timeline.spans.len().saturating_sub(ROWS);
    if more > 0 {
        page.raw("<p>… and ")
            .number(more as u64)
            .raw(" more agents and gates.</p>\n");
    }
    page.end_section();
}

/// One line of the chart.
enum Row<'a> {
    Stage(StageIx),
    Node(NodeIx, &'a [Span]),
    /// Further instances of a repeated agent: how many, and from when to when.
    More(u64, (Timestamp, Timestamp)),
}

struct Chart<'a> {
    run: &'a Run,
    rows: Vec<Row<'a>>,
    scale: Scale,
    height: f64,
}

impl<'a> Chart<'a> {
    fn new(run: &'a Run, timeline: &'a Timeline, extent: (Timestamp, Timestamp)) -> Self {
        let mut rows = Vec::new();
        let mut stage = None;
        for (node, spans) in timeline.spans.iter().take(ROWS) {
            let own = run.plan().node(*node).stage;
            if stage != Some(own) {
                rows.push(Row::Stage(own));
                stage = Some(own);
            }
            if node.instance().is_some_and(|number| number >= INSTANCES) {
                fold(&mut rows, spans);
            } else {
                rows.push(Row::Node(*node, spans));
            }
        }
        let busy: Vec<_> = timeline
            .spans
            .values()
            .flatten()
            .filter(|span| matches!(span.what, What::Try { .. }))
            .map(|span| (span.from, span.to))
            .collect();
        let mut height = TOP + 8.0;
        for _ in &rows {
            height += ROW;
        }
        Self {
            run,
            rows,
            scale: Scale::new(extent, &busy, WIDTH),
            height,
        }
    }

    fn draw(&self) -> String {
        let mut svg = String::new();
        let (width, height) = (LEFT + WIDTH + RIGHT, self.height);
        let names = escape(&self.description(), 4_000);
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             aria-labelledby=\"chart-title chart-description\">\n\
             <title id=\"chart-title\">When each agent ran</title>\n\
             <desc id=\"chart-description\">{names}</desc>\n\
             <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" \
             patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect class=\"hatch-ground\" width=\"6\" height=\"6\"/>\
             <path class=\"hatch-line\" d=\"M0 0V6\"/></pattern></defs>\n"
        );
        self.axis(&mut svg);
        let mut y = TOP;
        for row in &self.rows {
            match row {
                Row::Stage(stage) => self.stage(&mut svg, y, *stage),
                Row::Node(node, spans) => self.node(&mut svg, y, *node, spans),
                Row::More(count, extent) => self.more(&mut svg, y, *count, *extent),
            }
            y += ROW;
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn axis(&self, svg: &mut String) {
        let bottom = self.height - 6.0;
        for (x, label) in self.scale.ticks() {
            let x = LEFT + x;
            let _ = writeln!(
                svg,
                "<path class=\"grid\" d=\"M{x:.1} {TOP:.0}V{bottom:.0}\"/>\
                 <text class=\"tick\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.0}\">{label}</text>",
                TOP - 9.0
            );
        }
        for gap in self.scale.breaks() {
            let (x, width) = (LEFT + gap.x, gap.width);
            let _ = writeln!(
                svg,
                "<rect class=\"break\" x=\"{:.1}\" y=\"{TOP:.0}\" width=\"{:.1}\" \
                 height=\"{:.0}\"/><text class=\"tick\" text-anchor=\"middle\" x=\"{:.1}\" \
                 y=\"{:.0}\">{}</text>",
                x + 4.0,
                width - 8.0,
                bottom - TOP,
                x + width / 2.0,
                TOP - 9.0,
                gap.label
            );
        }
    }

    fn stage(&self, svg: &mut String, y: f64, stage: StageIx) {
        let planned = self.run.plan().stage(stage);
        let name = fitted(&planned.id, NAME + 2);
        let _ = writeln!(
            svg,
            "<text class=\"name\" x=\"0\" y=\"{:.1}\">{}</text>",
            y + 15.0,
            escape(&name, 100)
        );
    }

    fn node(&self, svg: &mut String, y: f64, node: NodeIx, spans: &[Span]) {
        let id = node.label(&self.run.plan().node(node).id);
        let _ = writeln!(
            svg,
            "<g><title>{}</title><text class=\"id\" x=\"12\" y=\"{:.1}\">{}</text></g>",
            escape(&id, 300),
            y + 15.0,
            escape(&fitted(&id, NAME), 100)
        );
        for span in spans {
            self.span(svg, y, span);
        }
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return;
        };
        let x = LEFT + self.scale.x(last.to) + 6.0;
        let _ = writeln!(
            svg,
            "<text class=\"took\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
            y + 15.0,
            duration(last.to.since_ms(first.from))
        );
    }

    /// Further instances as one bar from the first beginning to the last end.
    fn more(&self, svg: &mut String, y: f64, count: u64, extent: (Timestamp, Timestamp)) {
        let x = LEFT + self.scale.x(extent.0);
        let width = (LEFT + self.scale.x(extent.1) - x).max(2.0);
        let _ = writeln!(
            svg,
            "<text class=\"id\" x=\"12\" y=\"{:.1}\">… and {count} more</text>\
             <rect class=\"bar more\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" \
             height=\"{BAR:.0}\" rx=\"2.5\"/>",
            y + 15.0,
            y + (ROW - BAR) / 2.0
        );
    }

    fn span(&self, svg: &mut String, y: f64, span: &Span) {
        let x = LEFT + self.scale.x(span.from);
        // A bar that is too short to be seen is drawn wider, never left out.
        let width = (LEFT + self.scale.x(span.to) - x).max(2.0);
        let took = duration(span.to.since_ms(span.from));
        let (class, title) = match &span.what {
            What::Try { number, end } => match end {
                TryEnd::Good => ("good", format!("try {number}: ok in {took}")),
                TryEnd::Bad(why) => ("bad", format!("try {number}: {why}, after {took}")),
                TryEnd::Lost => ("lost", format!("try {number}: lost after {took}")),
                TryEnd::Running => ("busy", format!("try {number}: runs since {took}")),
            },
            What::Backoff => ("backoff", format!("waited {took} for the next try")),
            What::Person => ("person", format!("waited {took} for a person")),
            What::Pipeline => ("person", format!("its pipeline waited {took}")),
        };
        let title = escape(&title, 600);
        let top = y + (ROW - BAR) / 2.0;
        if class == "backoff" {
            let middle = y + ROW / 2.0;
            let _ = writeln!(
                svg,
                "<path class=\"backoff\" d=\"M{x:.1} {middle:.1}h{width:.1}\">\
                 <title>{title}</title></path>"
            );
            return;
        }
        let _ = writeln!(
            svg,
            "<rect class=\"bar {class}\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{BAR:.0}\" rx=\"2.5\"><title>{title}</title></rect>"
        );
    }

    /// What a reader who cannot see the chart should know.
    fn description(&self) -> String {
        let lines: Vec<String> = self
            .rows
            .iter()
            .filter_map(|row| match row {
                Row::Stage(_) | Row::More(..) => None,
                Row::Node(node, spans) => Some((node, spans)),
            })
            .take(60)
            .filter_map(|(node, spans)| {
                let (first, last) = (spans.first()?, spans.last()?);
                let tries = spans
                    .iter()
                    .filter(|span| matches!(span.what, What::Try { .. }))
                    .count();
                let id = node.label(&self.run.plan().node(*node).id);
                Some(format!(
                    "{id}: {}, {} in all",
                    counted_tries(tries),
                    duration(last.to.since_ms(first.from))
                ))
            })
            .collect();
        format!(
            "{}. The table of agents says the same in words.",
            lines.join("; ")
        )
    }
}

/// Adds an instance to those that share a line.
fn fold(rows: &mut Vec<Row<'_>>, spans: &[Span]) {
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
        return;
    };
    if let Some(Row::More(count, (from, to))) = rows.last_mut() {
        *count += 1;
        *from = first.from.min(*from);
        *to = last.to.max(*to);
    } else {
        rows.push(Row::More(1, (first.from, last.to)));
    }
}

fn counted_tries(tries: usize) -> String {
    match tries {
        1 => "1 try".to_owned(),
        0 => "no try".to_owned(),
        tries => format!("{tries} tries"),
    }
}
