import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

private func scan(_ ids: [String], evalset: String = "suite", tags: (Int) -> [Case.Tag] = { _ in [] }) -> GroupingScan {
  var scan = GroupingScan()
  for (place, id) in ids.enumerated() { scan.add(CaseFacts(id: CaseID(id)!, evalset: evalset, tags: tags(place))) }
  return scan
}

/// Ids of `groups` stems with `size` cases each.
private func ids(_ groups: Int, _ size: Int, _ name: String = "doc", separator: (Int) -> String = { _ in "-" }) -> [String] {
  (0..<groups).flatMap { group in (0..<size).map { "\(name)\(group)\(separator($0))\($0)" } }
}

// formats.md §10: at least 10 groups, a median size of 2 to 50, none above 20 % of the cases.
@Test(arguments: [
  (groups: 40, size: 12, isSuspect: true), (groups: 10, size: 2, isSuspect: true), (groups: 9, size: 2, isSuspect: false),
  (groups: 10, size: 1, isSuspect: false), (groups: 11, size: 50, isSuspect: true), (groups: 11, size: 51, isSuspect: false),
])
func aGroupingIsSuspectedByItsShape(_ row: (groups: Int, size: Int, isSuspect: Bool)) {
  let stems = ids(row.groups, row.size)
  #expect(scan(stems).suspects == (row.isSuspect ? [SuspectedGrouping(.stem, groups: row.groups)] : []))
  let tagged = scan((0..<stems.count).map { "case\($0)" }) { [Case.Tag(name: "doc", value: "\($0 / row.size)")] }
  #expect(tagged.suspects == (row.isSuspect ? [SuspectedGrouping(.tag("doc"), groups: row.groups)] : []))
}

@Test(arguments: [(25, true), (26, false)])
func aGroupAboveAFifthOfTheCasesIsACategoryRatherThanASource(_ row: (largest: Int, isSuspect: Bool)) {
  // 25 of 125 are 20 %.
  let cases = ids(20, 5) + (0..<row.largest).map { "large-\($0)" }
  #expect(!scan(cases).suspects.isEmpty == row.isSuspect)
}

@Test(arguments: ["case-%", "%", "suite/%", "-%", "%-"])
func idsThatAreNumbersOfOneSeriesAreNoGroups(pattern: String) {
  #expect(scan((1...200).map { pattern.replacing("%", with: "\($0)") }).suspects.isEmpty)
}

@Test func separatorsOfEveryKindMakeTheSameStem() {
  let kinds = ["-", "_", ".", "/", "#", "--", "-_", "#/"]
  #expect(scan(ids(12, 8) { kinds[$0] }).suspects == [SuspectedGrouping(.stem, groups: 12)])
  #expect(scan(ids(12, 8) { $0 == 0 ? "-" : "-" }.map { $0 + "-" }).suspects == [SuspectedGrouping(.stem, groups: 12)])
  let mixed = (0..<12).flatMap { group in ["a-\(group)-1", "A_\(group).2", "a/\(group)#3"] }
  #expect(scan(mixed).suspects == [SuspectedGrouping(.stem, groups: 12)])
}

@Test func loneCasesDoNotHideGroups() {
  let alone = (0..<500).map { "alone\($0)-1" }
  #expect(scan(ids(40, 12) + alone).suspects == [SuspectedGrouping(.stem, groups: 540)])
  #expect(scan(ids(40, 12) + (0..<500).map { "alone\($0)" }).suspects == [SuspectedGrouping(.stem, groups: 40)])
}

@Test func aStemOfTwoEvalsetsIsTwoStems() {
  var both = scan(ids(6, 5), evalset: "a")
  #expect(both.suspects.isEmpty)
  both.merge(scan(ids(6, 5), evalset: "b"))
  #expect(both.suspects == [SuspectedGrouping(.stem, groups: 12)])
}

@Test func everyTagThatGroupsIsNamedByBytes() {
  let scan = scan(ids(12, 3)) {
    [Case.Tag(name: "topic", value: "\($0 % 11)"), Case.Tag(name: "author", value: "\($0 % 13)"), Case.Tag(name: "language", value: "de")]
  }
  #expect(scan.suspects.map(\.grouping) == [.stem, .tag("author"), .tag("topic")])
  #expect(scan.tagNames == ["author", "language", "topic"])
}

@Test func quarantinedCasesSuggestNothing() {
  var scan = GroupingScan()
  for id in ids(40, 12) { scan.add(CaseFacts(id: CaseID(id)!, evalset: "suite", isQuarantined: true)) }
  #expect(scan.suspects.isEmpty)
}

@Test(arguments: 0..<20)
func scansOfShardsSuspectTheSame(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let cases = (0..<150).map { place in
    CaseFacts(
      id: CaseID("d\(random.below(40))-\(place)")!, evalset: "e\(random.below(2))",
      tags: random.below(2) == 0 ? [] : [Case.Tag(name: "t\(random.below(2))", value: "\(random.below(20))")])
  }
  var whole = GroupingScan()
  for facts in cases { whole.add(facts) }
  var shards = Array(repeating: GroupingScan(), count: 3)
  for facts in cases.shuffled(using: &random) { shards[random.below(3)].add(facts) }
  var merged = GroupingScan()
  for shard in shards { merged.merge(shard) }
  #expect(merged.suspects == whole.suspects)
  #expect(merged.tagNames == whole.tagNames)
}

@Test(arguments: [("none", ClusterChoice.none), ("stem", .by(.stem)), ("document", .by(.tag("document"))), ("tag:stem", .by(.tag("stem")))])
func choicesAreWrittenAsTheyAreRead(_ row: (word: String, choice: ClusterChoice)) {
  #expect(ClusterChoice(word: row.word) == row.choice)
  #expect(row.choice.word == row.word)
}
