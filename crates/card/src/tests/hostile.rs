//! Inputs made to harm: scripts, traps for the parser, and anything at all.

use super::markdown::base;
use crate::markdown::bounds;
use crate::{
    BODY_BYTES_MAX, HTML_BYTES_MAX, Kind, card_check, excerpt, facts, format_note, lineage, render,
    safetensors_header, split,
};
use proptest::prelude::*;
use scraper::{Html, Node};

/// Ways to run code or to reach around a card, written for this test.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img src='x' onerror='alert(1)' alt=\"",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=\"jav\tascript:alert(1)\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\" \u{1}javascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"&#106;avascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\"vbscript:x\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<a href=\"x\" style=\"position:fixed\" onclick=alert(1) target=_top>x</a>",
    "[x](javascript:alert(1))",
    "[x](<java\u{9}script:alert(1)>)",
    "[x](&#x6A;avascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![\" onerror=\"alert(1)](x)",
    "![x](y \"\\\" onerror=\\\"alert(1)\")",
    "[x](y \"\\\" onclick=\\\"alert(1)\")",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "```\"><script>alert(1)</script>\nx\n```",
    "```a\" onclick=\"alert(1)\nx\n```",
    "# x <img src=x onerror=alert(1)>",
    "# \"><script>alert(1)</script>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//evil.example>",
    "<iframe src=//evil.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=x><embed src=x>",
    "<form action=//evil.example><input name=password><button>go</button></form>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<template><img src=x onerror=alert(1)></template>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext>x",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<details ontoggle=alert(1) open>x</details>",
    "<div id=\"login\" name=\"login\" class=\"page\">x</div>",
    "<a id=location href=x>x</a><img name=cookie src=x>",
    "<p/onclick=alert(1)>x",
    "<b/\u{b}onclick=alert(1)>x",
    "<a href=`javascript:alert(1)`>x</a>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php <script>alert(1)</script> ?>",
    "<table background=javascript:alert(1)><td background=x style=x>",
    "<a href=x\0onclick=alert(1)>x</a>",
    "[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: x",
    "https://a.example/\"onmouseover=\"alert(1)",
    "https://a.example/'><script>alert(1)</script>",
];

/// Reads the page as a browser would and checks every element and attribute of it.
fn assert_safe(markdown: &str) {
    let html = render(markdown, &base());
    let page = Html::parse_fragment(&html);
    for node in page.tree.values() {
        let Node::Element(element) = node else { continue };
        let name = element.name();
        let is_bad = matches!(
            name,
            "script"
                | "style"
                | "link"
                | "meta"
                | "base"
                | "iframe"
                | "object"
                | "embed"
                | "form"
                | "input"
                | "button"
                | "svg"
                | "math"
                | "template"
                | "textarea"
                | "video"
                | "audio"
                | "plaintext"
        );
        assert!(!is_bad, "<{name}> in {html} of {markdown:?}");
        for (attribute, value) in element.attrs() {
            assert_attribute(name, attribute, value, markdown);
        }
    }
}

fn assert_attribute(element: &str, attribute: &str, value: &str, markdown: &str) {
    let is_listed = matches!(
        attribute,
        "href"
            | "src"
            | "alt"
            | "title"
            | "id"
            | "align"
            | "width"
            | "height"
            | "open"
            | "start"
            | "colspan"
            | "rowspan"
            | "class"
            | "rel"
            | "loading"
            | "referrerpolicy"
    );
    assert!(is_listed, "{attribute} on <{element}> of {markdown:?}");
    match attribute {
        "href" | "src" => {
            let schemes = ["http://", "https://", "mailto:", "#card-", "/"];
            let is_safe = schemes.iter().any(|scheme| value.to_lowercase().starts_with(scheme));
            assert!(is_safe && !value.starts_with("//"), "{value} of {markdown:?}");
        }
        "id" => assert!(value.starts_with("card-"), "{value} of {markdown:?}"),
        "class" => assert!(value.starts_with("language-"), "{value} of {markdown:?}"),
        _ => {}
    }
}

#[test]
fn no_attack_leaves_code_in_the_page() {
    for attack in ATTACKS {
        assert_safe(attack);
        assert_safe(&format!("text {attack} text"));
        assert_safe(&format!("- {attack}\n\n> {attack}\n\n|a|\n|-|\n|{attack}|"));
        assert_safe(&format!("<div>\n{attack}\n</div>\n\n{attack}"));
    }
}

#[test]
fn no_pair_of_attacks_leaves_code_in_the_page() {
    for first in ATTACKS {
        let pairs: Vec<String> = ATTACKS.iter().map(|second| format!("{first}{second}")).collect();
        assert_safe(&pairs.join("\n\n"));
    }
}

/// Bytes of a trap: enough to hang what is quadratic, little enough for a debug build.
const TRAP_BYTES: usize = 32 << 10;

/// What is repeated until a trap is full.
const UNITS: &[&str] = &[
    ">",
    "> ",
    "- ",
    "* ",
    "1. ",
    "[",
    "![",
    "[a](",
    "[a](<b",
    "[a][",
    "(",
    "*",
    "**a ",
    "_",
    "~~",
    "`",
    "``a` ",
    "<",
    "<a",
    "<a ",
    "<a \"",
    "<a x='",
    "<!--",
    "<?",
    "<![CDATA[",
    "</b>",
    "<b>",
    "<b x=1>",
    "<div>",
    "<table>",
    "<p>",
    "<p><b>",
    "<a><p>",
    "<td>",
    "<details>",
    "<svg>",
    "<script>",
    "|",
    "|a|\n",
    "# a\n",
    "a\n\n",
    "- a\n\n",
    "[^a]",
    "[^a]: ",
    "&amp;",
    "http://",
    "https://a(",
    "\\",
    "\n",
    "\r",
    "\t",
    "\0",
    "a\n=\n",
    "<ul><li>",
    "*a_ ",
    "[a]: b\n",
    "<i><p></i>",
    "</p>",
];

/// Inputs on which a careless renderer takes quadratic time or fills the memory.
fn traps() -> Vec<String> {
    let fill = |unit: &str| unit.repeat(TRAP_BYTES / unit.len());
    let mut traps: Vec<String> = UNITS.iter().copied().map(fill).collect();
    let half = TRAP_BYTES / 2;
    traps.push(format!("{}{}", "> ".repeat(half / 2), "\n".repeat(half)));
    traps.push(format!("{}{}", "- ".repeat(half / 2), "\na".repeat(half / 2)));
    traps.push(format!("|{}\n|{}\n{}", "a|".repeat(999), "-|".repeat(999), "|\n".repeat(9_999)));
    traps.push(format!("{}\n\n{}", "<b x=1>".repeat(99), "x\n\n".repeat(half / 3)));
    traps.push(format!("[a]: {}\n\n{}", "x".repeat(9999), "[a]".repeat(half / 3)));
    let steps = (0..180).map(|n| format!("{}- a\n", " ".repeat(2 * n)));
    traps.push(format!("{}{}", steps.collect::<String>(), "\n".repeat(half / 9)));
    let notes = (0..2_000).map(|n| format!("[^{n}]: [^{n}]\n"));
    traps.push(notes.collect());
    traps
}

#[test]
fn traps_end_within_the_limits_of_the_page() {
    for trap in traps() {
        let html = render(&trap, &base());
        // Sanitising adds at most `rel` to each link and two attributes to each picture.
        assert!(html.len() <= 8 * HTML_BYTES_MAX, "{:.20}: {}", trap, html.len());
        assert!(depth(&html) <= 100, "{:.20}", trap);
        let _ = excerpt(&trap, 200);
        let _ = split(&trap);
    }
}

#[test]
fn a_line_opens_few_containers() {
    let most = bounds::MARKERS_MAX;
    for marker in ["> ", ">", "- ", "1. ", "99) ", "* ", "[^a]: "] {
        let fits = marker.repeat(most);
        assert_eq!(bounds::defuse(&fits), fits);
        let deep = format!("a\n{}x\nb", marker.repeat(most + 1));
        let defused = bounds::defuse(&deep);
        let (before, after) = defused.split_once('\\').expect(marker);
        assert!(before.starts_with(&format!("a\n{fits}")), "{defused}");
        assert!(after.ends_with("x\nb"), "{defused}");
        assert_eq!(bounds::defuse(&defused), defused, "defused once, a line stays");
    }
    let rules = "---\n***\n- - -\n".repeat(99);
    assert_eq!(bounds::defuse(&rules), rules);
}

#[test]
fn no_text_to_escape_is_long() {
    for text in ["&amp;", "&nbsp;x", "°", "&", "a&b °"] {
        let html = format!("<p title=\"{0}\">{0}</p>", text.repeat(9999));
        let parted = bounds::part(&html);
        assert_eq!(parted.replace(bounds::RUN_BREAK, ""), html);
        let runs = parted.split(bounds::RUN_BREAK).skip(1);
        assert!(runs.map(str::len).all(|len| len <= bounds::RUN_BYTES_MAX + 16), "{text}");
    }
}

/// Measures how deep elements nest, by begins and ends alone: the output is well formed.
fn depth(html: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let is_void = ["br", "hr", "img", "wbr"].iter().any(|name| tag.starts_with(name));
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !is_void {
            depth += 1;
        }
        most = most.max(depth);
    }
    most
}

#[test]
fn a_body_that_is_too_long_says_so() {
    let html = render(&"word ".repeat(BODY_BYTES_MAX / 4), &base());
    assert!(html.ends_with("<p>…</p>\n"));
    assert!(!render("short", &base()).contains('…'));
}

#[test]
fn metadata_made_to_harm_is_answered() {
    for unit in [
        "[", "{", "? ", "- ", "&a ", "*a ", "!a ", "'", "\"", "a: ", "a:\n ", "\t", "|\n", "%",
        "-\n", "{a: ", "[a, ", "? a\n", "#", "\\", "a b ",
    ] {
        let yaml = unit.repeat(200_000 / unit.len());
        let _ = card_check(&format!("---\n{yaml}\n---\n"), Kind::Model);
        let _ = card_check(&format!("---\na: {yaml}\n---\n"), Kind::Model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_a_card(text in "\\PC*|(.|\\n){0,200}") {
        let card = card_check(&text, Kind::Dataset);
        let _ = facts(&card.metadata, Kind::Dataset);
        let _ = lineage(&card.metadata);
        assert_safe(&text);
        let _ = excerpt(&text, 50);
        let _ = format_note(Kind::Model, &text);
    }

    #[test]
    fn any_heap_of_marks_is_a_card(
        marks in prop::collection::vec(
            prop::sample::select(vec![
                "---\n", "a: ", "- ", "[", "]", "{", "}", "&x ", "*x", "!!int ", "<<: ", "'", "\"",
                "|\n", "\n", "\r\n", " ", "  ", "#", "? ", ": ", ",", "1", "license", "tags", "%",
                "<", ">", "<b", "</b>", "<p>", "</p>", "<table>", "<td>", "<svg>", "</svg>", "=",
                "`", "```\n", "(", ")", "!", "_", "**", "[^a]", "[^a]: ", "|-|\n", "<!--", "-->",
                "<script>", "</script>", "onerror=", "href=", "javascript:", "/", "\\", "\0", "é",
            ]),
            0..120,
        ),
    ) {
        let text = marks.concat();
        for text in [text.clone(), format!("---\n{text}\n---\n{text}")] {
            let card = card_check(&text, Kind::Model);
            let _ = facts(&card.metadata, Kind::Model);
            assert_safe(&text);
            let _ = excerpt(&text, 50);
        }
    }

    #[test]
    fn any_bytes_are_answered_as_a_header(bytes in prop::collection::vec(any::<u8>(), 0..200), size: u64) {
        let _ = safetensors_header(&mut bytes.as_slice(), size).is_ok();
    }

    #[test]
    fn a_cut_card_is_whole(text in "(-|\\n|\\r| |a){0,60}") {
        let card = split(&text);
        prop_assert!(text.ends_with(card.body));
        if let Some(metadata) = card.metadata_yaml {
            prop_assert!(text.contains(metadata));
        } else {
            prop_assert_eq!(card.body, text.as_str());
        }
    }
}
