//! What Markdown becomes.

use crate::{LinkBase, excerpt, render};

pub(super) fn base() -> LinkBase {
    LinkBase {
        blob: "/o/r/blob/main".to_owned(),
        resolve: "/o/r/resolve/main".to_owned(),
        folder: String::new(),
    }
}

fn check(markdown: &str, html: &str) {
    assert_eq!(render(markdown, &base()).trim_end(), html, "{markdown}");
}

const REL: &str = "rel=\"nofollow noopener\"";

#[test]
fn blocks_and_text_are_written() {
    check(
        "a *b* **c** ~~d~~ `e<f`",
        "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;f</code></p>",
    );
    check("> a\n\n---", "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>");
    check("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>");
    check("3. a\n\n4. b", "<ol start=\"3\">\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ol>");
    check("- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>");
    check("a  \nb", "<p>a<br>\nb</p>");
    check("```py\na<b\n```", "<pre><code class=\"language-py\">a&lt;b\n</code></pre>");
    check("```py title=\"x\"\n```", "<pre><code class=\"language-py\"></code></pre>");
    check("    code", "<pre><code>code</code></pre>");
}

#[test]
fn tables_keep_their_alignment() {
    check(
        "|a|b|\n|:-|-:|\n|1|2|",
        "<table>\n<thead><tr><th align=\"left\">a</th><th align=\"right\">b</th></tr></thead><tbody>\n\
         <tr><td align=\"left\">1</td><td align=\"right\">2</td></tr>\n</tbody></table>",
    );
}

#[test]
fn headings_get_ids_that_differ_and_links_find_them() {
    check("# A b!", "<h1 id=\"card-a-b\">A b!</h1>");
    check("## 数据 集", "<h2 id=\"card-数据-集\">数据 集</h2>");
    check("# `x` *y*", "<h1 id=\"card-x-y\"><code>x</code> <em>y</em></h1>");
    check("# ?", "<h1 id=\"card-section\">?</h1>");
    check(
        "# A\n# A\n# A-1\n# A",
        "<h1 id=\"card-a\">A</h1>\n<h1 id=\"card-a-1\">A</h1>\n<h1 id=\"card-a-1-1\">A-1</h1>\n\
         <h1 id=\"card-a-2\">A</h1>",
    );
    check("[x](#a-b)", &format!("<p><a href=\"#card-a-b\" {REL}>x</a></p>"));
    check("# Card x", "<h1 id=\"card-card-x\">Card x</h1>");
}

#[test]
fn notes_are_numbered_and_linked_both_ways() {
    let html = render("a[^x] b[^x]\n\n[^x]: note", &base());
    assert!(html.contains("<sup id=\"card-fnref-1\"><a href=\"#card-fn-1\""), "{html}");
    assert!(html.contains("<div id=\"card-fn-1\"><sup>1</sup> <p>note</p>"), "{html}");
    assert_eq!(html.matches("card-fnref-1").count(), 1, "{html}");
}

#[test]
fn bare_addresses_become_links() {
    let link = |url: &str| format!("<a href=\"{url}\" {REL}>{url}</a>");
    check(
        "see https://a.example/b_c_d?x=1&y=2.",
        &format!("<p>see {}.</p>", link("https://a.example/b_c_d?x=1&amp;y=2")),
    );
    check("(http://a.example/x_(y))", &format!("<p>({})</p>", link("http://a.example/x_(y)")));
    check("见https://a.example/页。后", &format!("<p>见{}。后</p>", link("https://a.example/页")));
    check("<https://a.example>", &format!("<p>{}</p>", link("https://a.example")));
    check("xhttps://a http https://", "<p>xhttps://a http https://</p>");
    check("`https://a.example`", "<p><code>https://a.example</code></p>");
    check(
        "[https://a.example](https://b.example)",
        &format!("<p><a href=\"https://b.example\" {REL}>https://a.example</a></p>"),
    );
}

#[test]
fn links_and_pictures_lead_into_the_repository() {
    for (target, expected) in [
        ("a.md", Some("/o/r/blob/main/a.md")),
        ("./b/../c/d.py?x#L1", Some("/o/r/blob/main/c/d.py?x#L1")),
        ("", None),
        ("../x", None),
        ("a/../../x", None),
        ("%2e%2e/x", None),
        (".%2E/x", None),
        ("a\\..\\..\\x", None),
        ("//evil.example/x", None),
        ("\\\\evil.example/x", None),
        ("/o/other", Some("/o/other")),
        ("https://a.example/?a=b", Some("https://a.example/?a=b")),
        ("mailto:a@b.example", Some("mailto:a@b.example")),
        ("ftp://a.example", None),
        ("data:text/html,x", None),
    ] {
        let html = render(&format!("<a href=\"{target}\">x</a>"), &base());
        let link = expected.map_or("<a ".to_owned(), |to| format!("<a href=\"{to}\" "));
        assert!(html.contains(&link), "{target}: {html}");
        assert_eq!(html.contains("href"), expected.is_some(), "{target}: {html}");
    }
    for (source, expected) in [
        ("a b.png", Some("/o/r/resolve/main/a b.png")),
        ("https://a.example/x.png", Some("https://a.example/x.png")),
        ("/o/x/resolve/main/y.png", Some("/o/x/resolve/main/y.png")),
        ("/api/logout", None),
        ("/o/x/resolve/../../../api/logout", None),
        ("/api/logout?/resolve/", None),
        ("data:image/png;base64,AA==", None),
        ("mailto:a@b.example", None),
        ("#x", None),
    ] {
        let html = render(&format!("<img src=\"{source}\">"), &base());
        let shown = expected.map(|to| format!("src=\"{to}\""));
        assert_eq!(html.contains("src="), expected.is_some(), "{source}: {html}");
        assert!(shown.is_none_or(|shown| html.contains(&shown)), "{source}: {html}");
    }
}

#[test]
fn links_start_from_the_folder_of_the_file() {
    let base = LinkBase { folder: "docs/en".to_owned(), ..base() };
    let html = render("[x](../a.md) ![y](i.png)", &base);
    assert!(html.contains("href=\"/o/r/blob/main/docs/a.md\""), "{html}");
    assert!(html.contains("src=\"/o/r/resolve/main/docs/en/i.png\""), "{html}");
}

#[test]
fn pictures_have_a_text_and_tell_nobody_of_the_reader() {
    let html = render("![a *b* `c` \"d\"](x.png \"t\")", &base());
    assert!(html.contains("alt=\"a b c &quot;d&quot;\""), "{html}");
    assert!(html.contains("loading=\"lazy\"") && html.contains("referrerpolicy=\"no-referrer\""));
    assert!(html.contains("title=\"t\""), "{html}");
}

#[test]
fn the_raw_html_of_honest_cards_stays() {
    check(
        "<div align=\"center\">\n\n# T\n\n</div>",
        "<div align=\"center\">\n<h1 id=\"card-t\">T</h1>\n</div>",
    );
    check("a <sub>b</sub><br/>c &nbsp;", "<p>a <sub>b</sub><br>c &nbsp;</p>");
    check(
        "<details>\n<summary>S</summary>\n\ntext\n\n</details>",
        "<details>\n<summary>S</summary>\n<p>text</p>\n</details>",
    );
    check(
        "|a|\n|-|\n|<ul><li>x</li></ul>|",
        "<table>\n<thead><tr><th>a</th></tr></thead><tbody>\n<tr><td><ul><li>x</li></ul></td></tr>\n</tbody></table>",
    );
    check("<!-- hidden\nlines --> shown", " shown");
    check("1 < 2 <b>x", "<p>1 &lt; 2 <b>x</b></p>");
}

#[test]
fn an_excerpt_is_the_first_plain_words() {
    let body = "# Title\n\n![x](y)\n\n<div>raw</div>\n\nA *model* of\n`text`.\n\n```\ncode\n```\n\n- one\n- two";
    assert_eq!(excerpt(body, 100), "A model of text. one two");
    assert_eq!(excerpt(body, 9), "A model…");
    assert_eq!(excerpt(body, 1), "…");
    assert_eq!(excerpt(body, 0), "");
    assert_eq!(excerpt("上海人工智能", 3), "上海…");
    assert_eq!(excerpt("|a|\n|-|\n|b|", 10), "");
    assert_eq!(excerpt("a <style>p {color: red}</style> b", 99), "a b");
    assert_eq!(excerpt("a <SCRIPT src=x>go()</script\n> b <styled>c", 99), "a b c");
    assert_eq!(excerpt("<style>\np {}\n\nq {}\n</style>\n\nA model", 99), "A model");
    assert_eq!(excerpt("x <script> hi()\n\nnext", 99), "x next");
}
