import PortcullisCore

/// Counts shadow pairs one at a time: neither their order nor shards change a bit.
///
/// Memory: 24 bytes a pair, 4 for each latency, and little for everything else (slices and fields are bounded).
package struct ShadowTally: Sendable {
  package let needs: ShadowNeeds
  private let difference: AnswerDifference?
  private var entries: [ShadowEntry] = []
  /// One for each entry where a judge is asked, nil for a pair without all grades; else empty.
  private var grades: [ShadowGrades?] = []
  private var slices: SliceTable
  private var fields = FieldTally()
  private var calls: Tally
  private var production = ArmTally()
  private var noise = ArmTally()
  /// Lines that hold no pair that can be used.
  private var lost = 0
  private var asksNoise = false
  private var copies = CopiedAnswers()
  private var answers = PairEvidence.Spread.none
  private var discordant = ShadowSamples()
  private var worse = Witnesses()
  private var incomplete = Witnesses()

  package init(needs: ShadowNeeds) {
    self.needs = needs
    difference = needs.isGraded ? nil : needs.change.map { AnswerDifference($0) }
    slices = SliceTable(wanted: needs.slices)
    calls = Tally(needs: EvidenceNeeds(needs.calls))
  }

  /// Pairs and lost lines taken in.
  package var planned: Int { entries.count + lost }

  /// Counts a line that was planned to be a pair and is none: damaged, or given twice.
  package mutating func addLost() { lost += 1 }

  package mutating func add(_ pair: ShadowPair) {
    let (candidate, production, second) = (pair.candidate?.completion, pair.production?.completion, pair.noise?.completion)
    var flags: ShadowEntry.Flags = []
    if candidate != nil { flags.insert(.candidate) }
    if production != nil { flags.insert(.production) }
    if second != nil { flags.insert(.noise) }
    if pair.noise != nil { asksNoise = true }
    let isSwapped = second != nil && pair.request & 1 == 1
    if isSwapped { flags.insert(.isSwapped) }
    if let difference, difference.isComparable([candidate, production, second].compactMap { $0 }) {
      flags.insert(.isComparable)
      compare(pair, candidate, production, second, difference, &flags)
    }
    if needs.isGraded {
      grades.append(pair.agreement.map { ShadowGrades($0) })
      discordant.add(graded: pair)
    }
    copies.add(pair)
    for text in [candidate, production].compactMap({ $0 }) where answers != .several {
      var hash = StableHash(seed: 10)
      hash.add(text.text ?? "")
      for call in text.toolCalls { hash.add(call.name + call.arguments.compactText) }
      answers = answers + .one(Int(truncatingIfNeeded: hash.bits))
    }
    if candidate == nil || production == nil { incomplete.add(pair.id) }
    if let ours = pair.candidate?.score, let theirs = pair.production?.score, ours < theirs {
      worse.add(pair.id, rank: billionths(ours) - billionths(theirs))
    }
    entries.append(ShadowEntry(pair, flags: flags, slices: slices.number(of: pair.tags)))
    addCalls(pair)
  }

  private mutating func compare(
    _ pair: ShadowPair, _ candidate: Completion?, _ production: Completion?, _ second: Completion?, _ difference: AnswerDifference,
    _ flags: inout ShadowEntry.Flags
  ) {
    guard let candidate, let production else { return }
    let fromProduction = difference.fields(candidate, production)
    if !fromProduction.isEmpty { flags.insert(.candidateFromProduction) }
    guard let second else {
      if !fromProduction.isEmpty { discordant.add(pair, fields: fromProduction) }
      return
    }
    let fromNoise = difference.fields(candidate, second)
    if !fromNoise.isEmpty { flags.insert(.candidateFromNoise) }
    let ownNoise = difference.fields(second, production)
    if !ownNoise.isEmpty { flags.insert(.noiseFromProduction) }
    let ours = flags.contains(.isSwapped) ? fromNoise : fromProduction
    fields.add(candidate: ours, noise: ownNoise, of: pair.id)
    if !ours.isEmpty, ownNoise.isEmpty { discordant.add(pair, fields: ours) }
  }

  /// The calls of all arms, as the offline stage counts them. A cluster is told only where costs are summed over clusters.
  ///
  /// A fresh call of the candidate is compared with production's fresh one, where there is one: what was recorded at another time and load
  /// says little about time.
  private mutating func addCalls(_ pair: ShadowPair) {
    let facts = CaseFacts(id: pair.id, evalset: "shadow", cluster: needs.countsCosts ? pair.cluster : nil)
    let compared = pair.noise?.isFresh == true ? pair.noise : pair.production
    calls.add(facts, trials: [pair.candidate?.facts(of: .candidate), compared?.facts(of: .production)].compactMap { $0 })
    production.add(pair.production?.facts(of: .production))
    noise.add(pair.noise?.facts(of: .noise))
  }

  /// Adds what another tally of the same needs counted over other pairs.
  package mutating func merge(_ other: ShadowTally) {
    precondition(needs == other.needs, "shards are counted for the same policy")
    slices.take(crowdedOf: other.slices)
    let numbers = other.slices.allTags.map { slices.number(of: $0) }
    entries += other.entries.map { ShadowEntry($0, slices: numbers[$0.slices]) }
    grades += other.grades
    fields.merge(other.fields)
    calls.merge(other.calls)
    production.merge(other.production)
    noise.merge(other.noise)
    lost += other.lost
    asksNoise = asksNoise || other.asksNoise
    copies.merge(other.copies)
    answers = answers + other.answers
    discordant.merge(other.discordant)
    worse.merge(other.worse)
    incomplete.merge(other.incomplete)
  }

  /// - Parameter stop: Whether the plan was worked through.
  package func evidence(currency: String? = "USD", stop: RunFacts.Stop = .finished) -> ShadowEvidence {
    var run = RunFacts(stop: stop, arms: [.candidate, .production], plannedCases: planned, currency: currency)
    run.planSource = .stated
    let calls = calls.evidence(run: run)
    let counted = ShadowCounting(
      entries: entries, grades: needs.isGraded ? grades : nil, lost: lost, asksNoise: asksNoise, slices: slices, wanted: needs.slices)
    return ShadowEvidence(
      needs: needs, planned: planned, lost: lost, asksNoise: asksNoise, hasScores: counted.hasScores, isOneAnswer: isOneAnswer(counted),
      copies: copies, whole: counted.whole, slices: counted.slices, crowded: counted.crowded, fields: fields.finished(), calls: calls,
      arms: [calls.arms[0], production.summary(of: .production)] + (asksNoise ? [noise.summary(of: .noise)] : []), discordant: discordant,
      worse: worse, incomplete: incomplete)
  }

  /// A model that is alive does not answer different questions with one same text.
  private func isOneAnswer(_ counted: ShadowCounting) -> Bool {
    if case .one = answers { return counted.units > 1 }
    return false
  }
}

extension ArmTally {
  /// Takes in an arm's only call of a pair; nil is one that was never made.
  fileprivate mutating func add(_ trial: TrialFacts?) {
    var single = ArmCase(planned: 1)
    if let trial { single.add(trial) }
    add(single)
    if let trial { add(trial, isQuarantined: false) }
  }
}

extension ShadowAnswer {
  fileprivate func facts(of arm: Arm) -> TrialFacts {
    switch content {
    case .failure(let failure): return TrialFacts(arm: arm, state: .callFailed(failure.kind), costMicro: costMicro, isRecorded: !isFresh)
    case .completion(let completion):
      let state: TrialFacts.State = score.map { $0 == 1 ? .passed : .failed } ?? .unscored
      return TrialFacts(
        arm: arm, state: state, latency: completion.latency, ttft: completion.ttft, costMicro: costMicro, tokens: completion.usage,
        isRecorded: !isFresh)
    }
  }
}
