import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisReports

struct MarkdownTests {
  @Test func aPageBeyondTheLimitIsCutWithANote() throws {
    var input = Sample.failSlice.input
    input.worst = Array(repeating: input.worst[0], count: 50)
    for limit in [4096, 5000, 9000] {
      var page = ""
      try MarkdownReport(limit: limit).write(input, to: &page)
      #expect(page.utf8.count <= limit)
      #expect(page.contains("left out, so that GitHub accepts this summary"))
      #expect(page.contains("Portcullis: fail"))
    }
  }

  @Test func tenThousandRulingsStayBelowOneMebibyteWithTheWorstFirst() throws {
    var input = Sample.pass.input
    let holding = input.decision.rulings[4]
    let failing = Sample.failSlice.input.decision.rulings[7]
    input.decision.rulings = Array(repeating: holding, count: 10_000) + [failing]
    let page = try rendered(.markdown, input)
    #expect(page.utf8.count < 1 << 20)
    #expect(page.contains("| ❌ fail |"))
  }

  @Test func aFenceIsLongerThanAnyInTheText() {
    #expect(markdownFence("a ````` b").hasPrefix("``````text\n"))
    #expect(markdownFence("plain").hasPrefix("```text\n"))
  }

  // By the rules of CommonMark §2.4 and GitHub's mentions, references and autolinks.
  @Test(arguments: [
    ("*a* _b_ `c`", "\\*a\\* \\_b\\_ \\`c\\`"), ("a|b\\|c", "a\\|b\\\\\\|c"), ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
    ("@admin #12 GH-7", "&#64;&#8203;admin &#35;&#8203;12 GH-&#8203;7"), ("http://x www.y.z", "http:&#8203;//x www&#8203;.y.z"),
    ("1. list", "1\\. list"), ("- list", "\\- list"), ("=== x", "\\=== x"), ("3.5 of 7: fine", "3.5 of 7: fine"), ("a\nb", "a\\\\nb"),
  ])
  func inlineTextKnowsNoMarkup(_ row: (text: String, escaped: String)) {
    #expect(markdownText(row.text) == row.escaped)
  }
}
