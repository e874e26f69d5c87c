import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

private struct Source {
  var input: String
  var cluster: String?
  var documents: [String] = []
}

/// The certain clusters of such cases, as sets of their places, lone cases left out.
private func clusters(_ cases: [Source]) -> [[Int]] {
  var finder = ClusterFinder()
  for one in cases {
    finder.add(
      cluster: one.cluster, context: one.documents.map { ContextDocument(id: "any", text: $0) }, inputs: [ClusterKey(messages: [one.input])]
    )
  }
  var found = finder.found()
  let named = cases.indices.map { (place: $0, cluster: found.cluster(of: $0)) }.filter { $0.cluster != nil }
  return Dictionary(grouping: named, by: \.cluster).values.map { $0.map(\.place) }.sorted { $0[0] < $1[0] }
}

@Test(arguments: [
  ("What is due?", "what  is\n due? ", true), ("What is due?", "What is due", false), ("caf\u{E9}", "cafe\u{301}", true),
  ("caf\u{E9}", "CAFE\u{301}", true), ("what\u{200B} is due?", "What is due?", true), ("what\u{A0}is due?", "What is due?", true),
  ("whatis due?", "What is due?", false), ("", " \n", true), ("ΣΑΣ", "σασ", true), ("1", "2", false),
])
func inputsAreEqualButForCaseBlanksAndUnicodeForm(_ row: (left: String, right: String, isSame: Bool)) {
  #expect(clusters([Source(input: row.left), Source(input: row.right)]) == (row.isSame ? [[0, 1]] : []))
}

@Test func messagesAreComparedOneByOne() {
  #expect(ClusterKey(messages: ["a", "b"]) != ClusterKey(messages: ["a b"]))
  #expect(ClusterKey(messages: ["a", "b"]) != ClusterKey(messages: ["ab"]))
  #expect(ClusterKey(messages: ["a"]) != ClusterKey(messages: ["a", ""]))
  #expect(ClusterKey(messages: ["A ", "b"]) == ClusterKey(messages: ["a", "B"]))
}

@Test func clustersAreJoinedByWayOfOthers() {
  let cases = [
    Source(input: "one"), Source(input: "two", documents: ["The contract."]), Source(input: "ONE", documents: ["the contract. "]),
    Source(input: "three", cluster: "x"), Source(input: "four", cluster: "x"), Source(input: "four"), Source(input: "five"),
  ]
  #expect(clusters(cases) == [[0, 1, 2], [3, 4, 5]])
}

@Test func whatTheCasesDeclareThemselvesNeedsNotBeFound() {
  let declared = [Source(input: "one", cluster: "x"), Source(input: "one", cluster: "x"), Source(input: "two", cluster: "x")]
  #expect(clusters(declared) == [])
  // The third joins two declared clusters: they are one.
  let joined = [Source(input: "one", cluster: "x"), Source(input: "two", cluster: "x"), Source(input: "one", cluster: "y")]
  #expect(clusters(joined) == [[0, 1, 2]])
}

@Test func anEmptyDocumentIsNoSource() {
  #expect(clusters([Source(input: "one", documents: [" "]), Source(input: "two", documents: [""])]) == [])
}

@Test(arguments: 0..<40)
func theOrderOfThePlanFindsTheSameClusters(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let cases = (0..<60).map { _ in
    Source(
      input: "question \(random.below(50))", cluster: random.below(3) == 0 ? "c\(random.below(8))" : nil,
      documents: random.below(4) == 0 ? ["document \(random.below(12))"] : [])
  }
  let order = Array(cases.indices).shuffled(using: &random)
  let again = clusters(order.map { cases[$0] }).map { $0.map { order[$0] }.sorted() }.sorted { $0[0] < $1[0] }
  #expect(again == clusters(cases))
}

@Test func aFoundClusterHoldsItsCasesTogether() {
  // Five questions under two hundred ids: five independent cases, whatever the ids say.
  let samples = (0..<200).map { place in
    var sample = Sample(numbered("case", place), candidate: "P", production: "P")
    sample.facts.foundCluster = place % 5
    return sample
  }
  let ruling = groupedRulings(.noRegression(NoRegressionRule(margin: 0.05)), samples)[0]
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.sentence.contains("200 cases in 5 independent groups"))
}
