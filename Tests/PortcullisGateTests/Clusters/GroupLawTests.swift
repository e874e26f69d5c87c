import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Testing

// The laws of DESIGN §6 where groups are suspected, or chosen.

/// Every way of putting `count` cases into groups: the group of each case, the first in group 0.
private func partitions(of count: Int) -> [[Int]] {
  (0..<count).reduce([[]]) { partial, _ in partial.flatMap { part in (0...(part.max() ?? -1) + 1).map { part + [$0] } } }
}

private func grouped(_ world: World, _ groups: [Int]) -> [Sample] {
  zip(samples(world), groups).map { sample, group in
    var copy = sample
    copy.facts = CaseFacts(
      id: sample.facts.id, evalset: sample.facts.evalset, severity: sample.facts.severity, behaviour: sample.facts.behaviour,
      tags: [Case.Tag(name: "group", value: "\(group)")], incident: sample.facts.incident)
    return copy
  }
}

private func decision(_ samples: [Sample], _ policy: Policy, suspects: [Grouping]) -> Decision {
  let clusters = ClusterPlan(suspects: suspects.map { SuspectedGrouping($0, groups: 2) })
  let evidence = tally(samples, policy, clusters: clusters).evidence(run: RunFacts(arms: bothArms, plannedCases: samples.count))
  return decide(evidence, policy: policy, context: someContext)
}

@Test(arguments: smallPolicies.indices)
func aSuspectedGroupingNeverMakesAPassOfASmallWorld(_ index: Int) {
  let policy = Policy(offline: smallPolicies[index])
  for world in smallWorlds where world.count <= 3 && world.allSatisfy({ $0.guarding == .none }) {
    let before = decision(samples(world), policy, suspects: [])
    for groups in partitions(of: world.count) {
      let after = decision(grouped(world, groups), policy, suspects: [.tag("group")])
      #expect(after.verdict <= .inconclusive || before.verdict == .fail)
      if after.verdict == .pass { #expect(before.verdict == .pass, "\(world) in \(groups)") }
      // Groups of one case are the cases themselves.
      if Set(groups).count == world.count { #expect(after.verdict == before.verdict, "\(world)") }
    }
  }
}

private let weighing = Policy(offline: [
  PolicyRule(
    .noRegression(NoRegressionRule(margin: 0.25, slices: ["behaviour"], sliceMargin: 0.5, watch: ["behaviour"], superiority: true)),
    advisory: true), PolicyRule(.noRegression(NoRegressionRule(margin: 0.25, slices: ["behaviour"], sliceMargin: 0.5))),
  PolicyRule(.noRegression(NoRegressionRule(margin: 0.5)), where: [Case.Tag(name: "tier", value: "0")]),
  PolicyRule(.passRate(PassRateRule(limit: .min(0.5)))),
])

/// Cases with repeats, found and declared clusters, stems and two grouping tags; mostly good answers.
private func motley(_ random: inout SplitMix64) -> [Sample] {
  (0..<80 + random.below(160)).map { place in
    let repeats = random.below(6) == 0 ? 2 : 1
    func word() -> String { String((0..<repeats).map { _ in random.below(30) == 0 ? Array("FU.")[random.below(3)] : "P" }) }
    var tags: [Case.Tag] = []
    if random.below(3) > 0 { tags.append(Case.Tag(name: "document", value: "\(random.below(25))")) }
    tags.append(Case.Tag(name: "tier", value: "\(random.below(2))"))
    var sample = Sample(
      "d\(random.below(30))-\(place)", candidate: word(), production: word(), behaviour: ["a", "b"][random.below(2)], tags: tags,
      cluster: random.below(8) == 0 ? "c\(random.below(20))" : nil)
    if random.below(8) == 0 { sample.facts.foundCluster = random.below(20) }
    return sample
  }
}

@Test(arguments: 0..<60)
func neitherOrderNorPartitionChangesABitWhereGroupsAreSuspected(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let samples = motley(&random)
  let clusters = clusterPlan(samples, [.undeclared, .by(.stem), .by(.tag("document"))][random.below(3)])
  let needs = EvidenceNeeds(weighing, clusters: clusters)
  let run = RunFacts(arms: bothArms, plannedCases: samples.count)
  let whole = tally(samples, weighing, clusters: clusters).evidence(run: run)
  var shards = (0..<1 + random.below(5)).map { _ in Tally(needs: needs) }
  for sample in samples.shuffled(using: &random) { shards[random.below(shards.count)].add(sample.facts, trials: sample.trials) }
  var merged = Tally(needs: needs)
  for shard in shards { merged.merge(shard) }
  let evidence = merged.evidence(run: run)
  #expect(evidence == whole)
  let (first, second) = (
    decide(whole, policy: weighing, context: someContext), decide(evidence, policy: weighing, context: someContext)
  )
  #expect(String(reflecting: first) == String(reflecting: second))
}

@Test(arguments: 0..<120)
func aSuspectedGroupingNeverMakesAPass(seed: UInt64) {
  var random = SplitMix64(seed: seed)
  let samples = motley(&random)
  let plain = groupedDecision(samples, weighing, .none)
  let suspicious = groupedDecision(samples, weighing)
  #expect(suspicious.verdict <= .inconclusive || plain.verdict == .fail)
  if suspicious.verdict == .pass { #expect(plain.verdict == .pass) }
  for (before, after) in zip(plain.rulings, suspicious.rulings) where before.rule != "run" {
    #expect(after.verdict == before.verdict || after.reason == .clustersSuspected)
  }
}

@Test func theSuspiciousWorldsPassAndDoNotPass() {
  let decisions = (0..<120).map { seed -> Decision in
    var random = SplitMix64(seed: UInt64(seed))
    return groupedDecision(motley(&random), weighing)
  }
  #expect(decisions.contains { $0.verdict == .pass })
  #expect(decisions.contains { $0.rulings.contains { $0.reason == .clustersSuspected } })
}
