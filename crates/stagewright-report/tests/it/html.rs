//! The page: what stands in it, and that nothing from outside comes alive.

use crate::gallery::{answered, blocked, large, merged, page};
use crate::hostile::hostile;
use crate::plans::{Draft, gated, review};
use crate::world::{Try, World};
use stagewright_core::event::Facts;
use stagewright_core::plan::StageMode;

/// Texts that mean something to a browser.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "` onfocus=`alert(1)",
    "<svg/onload=alert(1)>",
    "]]><svg xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></svg>",
    "javascript:alert(1)",
    "JaVa\tScRiPt:alert(1)//https://x",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x https://evil.test/\" onclick=\"alert(1)",
    "<!--<script>--><iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=https://evil.test>MERGE</a>",
    "<style>*{display:none}</style><meta http-equiv=refresh content=0;https://evil.test>",
    "\u{202e}EGREM\u{202c} \u{200b}\u{0}\u{1b}[31m\u{7}",
];

/// The names of all tags of a page, in order, and of their attributes. A page in which a
/// text came alive has other ones.
fn skeleton(page: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = page;
    while let Some((_, from)) = rest.split_once('<') {
        let (tag, behind) = from.split_once('>').expect("every tag ends");
        let mut bare = String::new();
        for (number, part) in tag.split('"').enumerate() {
            if number % 2 == 0 {
                bare.push_str(part);
            }
        }
        names.push(bare);
        rest = behind;
    }
    names
}

/// Goal: whatever the texts, the page has the very tags and attributes that it has with
/// harmless ones; only a plain web address makes a link.
#[test]
fn nothing_comes_alive() {
    let harmless = skeleton(&page(&hostile("harmless"), None));
    for attack in ATTACKS {
        let page = page(&hostile(attack), None);
        assert_eq!(skeleton(&page), harmless, "{attack:?}");
        assert!(!page.contains("href=\"javascript"), "{attack:?}");
        assert!(!page.contains("<script"), "{attack:?}");
    }
}

/// Goal: a ticket's address is a link when it is a plain web address, and text when not.
#[test]
fn links() {
    let with_ticket = |url: &str| {
        let facts = Facts {
            tickets: vec![serde_json::json!({"ticket_id": "P-1", "url": url})],
            ..Facts::default()
        };
        let world = World::new(review(), |_| {})
            .script("code", [Try::ok(5).facts(facts)])
            .play();
        page(&world, None)
    };
    let link = "<a rel=\"noreferrer noopener\" href=\"https://jira.test/P-1?a=1&amp;b=2\">P-1</a>";
    assert!(with_ticket("https://jira.test/P-1?a=1&b=2").contains(link));
    for attack in ATTACKS {
        assert!(!with_ticket(attack).contains("<a rel"), "{attack:?}");
    }
}

/// Goal: what cannot be seen is shown, so that a reader sees what an agent wrote.
#[test]
fn the_invisible_is_shown() {
    let page = page(&hostile("\u{202e}EGREM\u{200b}\u{1b}[31m"), None);
    assert!(page.contains("[U+202E]EGREM[U+200B][U+001B][31m"));
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{1b}']));
}

/// Goal: the policy of the page allows its own style and nothing else, and there is
/// nothing that asks anybody for anything.
#[test]
fn the_page_is_alone() {
    let page = page(&blocked(), None);
    assert!(page.contains(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-"
    ));
    for request in [
        "<script", "<link", "<img", "<iframe", "src=", "@import", "url(http", "style=", "<form",
    ] {
        assert!(!page.contains(request), "{request}");
    }
    for (number, _) in page.match_indices("http") {
        let known = [
            "http-equiv",
            "http://www.w3.org/2000/svg",
            "https://jira.test/",
        ];
        let is_known = known.iter().any(|known| page[number..].starts_with(known));
        assert!(is_known, "{}", &page[number..number + 60]);
    }
}

/// Goal: the decision leads, and each section is there with what it is about.
#[test]
fn what_stands_in_it() {
    let before = merged();
    let results = before.results();
    let page = page(&blocked(), Some((&before, &results)));
    let mut at = 0;
    for part in [
        "<title>BLOCK: PR Review Pipeline · pr-123-review</title>",
        "<h1>BLOCK</h1>",
        "<h2 id=\"totals\">",
        "<h2 id=\"factors\">",
        "1 CRITICAL finding, 0 allowed",
        "<h2 id=\"changes\">",
        "2 new, 0 fixed",
        "MERGE → <b>BLOCK</b>",
        "SUCCESS → <b>FAILURE</b>: <code>pattern</code>",
        "<h2 id=\"errors\">",
        "left with 3",
        "<h2 id=\"warnings\">",
        "<h2 id=\"pipeline\">",
        "<h2 id=\"findings\">",
        "<code>src/app.py:12</code>",
        "shell=True is dangerous",
        "pass an argument list",
        "code, architect",
        "<h2 id=\"agents\">",
        "<h2 id=\"time\">",
        "try 1: network: connection reset by peer, after 1.5 s",
        "waited",
        "try 3: ok in 4.2 s",
        "<h2 id=\"tickets\">",
        "<h2 id=\"run\">",
        "<h2 id=\"history\">",
        "attempt finished",
    ] {
        let found = page[at..].find(part);
        at += found.unwrap_or_else(|| panic!("{part} is not in the rest of the page"));
    }
}

/// Goal: gates show what was executed and how it left; a long wait for a person is cut
/// short in the chart.
#[test]
fn evidence_and_waits() {
    let page = page(&answered(), None);
    for part in [
        "41 passed",
        "<code>arn:tests</code>",
        "waited 1 d 02 h for a person",
        "class=\"break\"",
        ">… 1 d 02 h …</text>",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

/// Goal: a run that waits says what for, and how to answer.
#[test]
fn waiting() {
    let page = page(&World::new(gated(), |_| {}).play(), None);
    assert!(page.contains("<h1>Waiting</h1>"));
    assert!(page.contains("Release version 2.0?"));
    assert!(page.contains("<code>stagewright approve run_7f3a sign_off</code>"));
}

/// Goal: thousands of findings are a bounded table that says how many more there are,
/// and nothing is counted twice or lost.
#[test]
fn many_findings() {
    let world = large();
    let results = world.results();
    let total = stagewright_report::Findings::of(world.run(), &results)
        .list
        .len();
    assert!(total > 3_000, "{total} are not many");
    let page = page(&world, None);
    let section = &page[page.find("id=\"findings\"").unwrap()..page.find("id=\"gates\"").unwrap()];
    let table = &section[section.find("<table class=\"findings\"").unwrap()..];
    let rows = table.matches("<tr><td>").count();
    let more: usize = table
        .split("… and ")
        .skip(1)
        .map(|rest| {
            let digits = rest.split(" more").next().unwrap().replace('\u{202f}', "");
            digits.parse::<usize>().unwrap()
        })
        .sum();
    assert_eq!(rows + more, total);
    assert!(rows <= 400, "{rows}");
    assert!(section.contains("The rules that are broken most"));
}

/// Goal: a plan of very many agents gives a bounded page.
#[test]
fn many_agents() {
    let mut draft = Draft::new("Many").stage("all", "All", StageMode::Parallel);
    for agent in 0..1_000 {
        draft = draft.agent(&format!("agent_{agent}"), "One of many");
    }
    let world = World::new(draft.plan(), |submission| {
        submission.max_parallelism = Some(50);
        submission.concurrency_cap = 50;
    })
    .play();
    let page = page(&world, None);
    for left_out in [
        "… and 600 more agents",
        "… and 750 more agents and gates",
        "events between",
    ] {
        assert!(page.contains(left_out), "{left_out}");
    }
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
}
