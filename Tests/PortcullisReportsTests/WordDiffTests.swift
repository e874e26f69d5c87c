import Testing

@testable import PortcullisReports

struct WordDiffTests {
  @Test func equalTextsHaveNoChange() {
    #expect(WordDiff(from: "a b c", to: "a  b\nc").isChange == false)
  }
}
