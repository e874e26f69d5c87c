import Testing

@testable import PortcullisReports

struct WordDiffTests {
  @Test func blanksDoNotCount() {
    #expect(!WordDiff(from: "a b c", to: " a  b\nc ").isChange)
    #expect(WordDiff(from: "", to: "  ").parts.isEmpty)
  }

  @Test(
    arguments: [
      (
        "keep 14 days please now ok", "keep 30 days please now ok",
        [.same(["keep"]), .removed(["14"]), .added(["30"]), .same(["days", "please", "now", "ok"])]
      ),
      ("a b c", "a c", [.same(["a"]), .removed(["b"]), .same(["c"])]), ("", "new", [.added(["new"])]), ("old", "", [.removed(["old"])]),
      ("a b", "b c", [.removed(["a"]), .same(["b"]), .added(["c"])]),
    ] as [(String, String, [WordDiff.Part])])
  func knownChanges(_ row: (old: String, new: String, parts: [WordDiff.Part])) {
    #expect(WordDiff(from: row.old, to: row.new).parts == row.parts)
  }

  /// "the" alone must not tear two different sentences into pieces.
  @Test func aWordSharedByChanceDoesNotScatterTheChange() {
    let diff = WordDiff(from: "please ask the doctor first today", to: "simply stop the tablets right away")
    #expect(diff.parts.count == 2)
    #expect(diff.similarity == 0)
  }

  @Test func canonicallyEqualWordsInOtherBytesAreAChange() {
    #expect(WordDiff(from: "caf\u{E9}", to: "cafe\u{301}").isChange)
  }

  @Test func textsBeyondTheBoundAreCutAndSaySo() {
    let long = Array(repeating: "word", count: 2000).joined(separator: " ")
    let diff = WordDiff(from: long, to: "other " + long, limit: 50)
    #expect(diff.isCut)
    #expect(!WordDiff(from: "a", to: "b").isCut)
  }

  /// All pairs of texts of up to four words over two letters: what is kept and removed spells the old text, kept and added the new one.
  @Test func partsSpellBothTexts() {
    var texts = [[String]]([[]])
    for count in 1...4 {
      for bits in 0..<(1 << count) { texts.append((0..<count).map { bits >> $0 & 1 == 0 ? "a" : "b" }) }
    }
    for old in texts {
      for new in texts {
        let diff = WordDiff(from: old.joined(separator: " "), to: new.joined(separator: " "))
        var (spelledOld, spelledNew) = ([String](), [String]())
        for part in diff.parts {
          switch part {
          case .same(let words):
            spelledOld += words
            spelledNew += words
          case .removed(let words): spelledOld += words
          case .added(let words): spelledNew += words
          }
        }
        #expect(spelledOld == old && spelledNew == new)
      }
    }
  }
}
