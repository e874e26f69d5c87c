import Dispatch
import PortcullisCore
package import PortcullisGate
import Synchronization

extension LoadedScores {
  /// Cases in either file.
  package var seenCases: Int { pairing.cases }

  package var sliceNames: [String] { production.slices.map(\.name) }
  package var hasLatencies: Bool { production.names[.field(.latency)] != nil }
  package var hasCosts: Bool { production.names[.field(.cost)] != nil }
  package var hasRepeats: Bool { production.names[.field(.repeatIndex)] != nil }
  package var hasClusters: Bool { production.names[.field(.cluster)] != nil }

  /// How many values a slicing column has.
  package func values(ofSlice name: String) -> Int {
    [production, candidate].compactMap { table in table.slices.first { sameBytes($0.name, name) }?.labels.names.count }.max() ?? 0
  }

  /// Counts every case of both files, two shards side by side.
  package func tally(_ needs: EvidenceNeeds) -> Tally {
    inShards { source, range in
      var tally = Tally(needs: needs)
      if source.areAlone {
        for place in range { source.withPair(place) { tally.add($0) } }
      } else {
        for place in range { source.withCase(place) { tally.add($0, trials: $1) } }
      }
      return tally
    } merge: {
      $0.merge($1)
    }
  }

  /// The groupings that the cases' ids and slices suggest.
  package func scanGroupings() -> GroupingScan {
    inShards { source, range in
      var scan = GroupingScan()
      if source.areAlone {
        for place in range { source.withPair(place) { scan.add($0) } }
      } else {
        for place in range { source.withCase(place) { facts, _ in scan.add(facts) } }
      }
      return scan
    } merge: {
      $0.merge($1)
    }
  }

  /// Every case with its trials, one after the other: production's cases in its order, then those that only the candidate has.
  package func forEachCase(_ each: (CaseFacts, [TrialFacts]) throws -> Void) throws {
    let source = ScoreCaseSource(self)
    var failure: (any Error)?
    for place in 0..<seenCases where failure == nil {
      source.withCase(place) { facts, trials in do { try each(facts, trials) } catch { failure = error } }
    }
    if let failure { throw failure }
  }

  private func inShards<Part: Sendable>(
    _ count: @Sendable (ScoreCaseSource, Range<Int>) -> Part, merge: (inout Part, Part) -> Void
  ) -> Part {
    let shards = seenCases > 10_000 ? 2 : 1
    let source = ScoreCaseSource(self)
    let parts = Mutex<[Int: Part]>([:])
    DispatchQueue.concurrentPerform(iterations: shards) { shard in
      let part = count(source, seenCases * shard / shards..<seenCases * (shard + 1) / shards)
      parts.withLock { $0[shard] = part }
    }
    return parts.withLock { parts in
      var whole = parts[0]!  // each shard leaves its part
      for shard in 1..<shards { merge(&whole, parts[shard]!) }  // likewise
      return whole
    }
  }
}

/// The cases of two files one by one, as the tally takes them.
private struct ScoreCaseSource: Sendable {
  private let production: Arm
  private let candidate: Arm
  private let pairing: ScorePairing
  private let isGraded: Bool
  private let metrics: [CaseMetric]

  /// A class, so that a case copies nothing.
  private final class Arm: Sendable {
    let table: ScoreTable
    /// Rows by case where a case may have several.
    let rows: [UInt32]
    let starts: [UInt32]
    /// Names once, so that a case only refers to them.
    let clusters: [String]
    let slices: [[Case.Tag]]

    init(_ table: ScoreTable) {
      self.table = table
      (rows, starts) = table.cases.isEmpty ? ([], []) : table.rowsByCase()
      clusters = (0..<table.clusters.names.count).map { table.clusters.names[$0] }
      slices = table.slices.map { slice in (0..<slice.labels.names.count).map { Case.Tag(name: slice.name, value: slice.labels.names[$0]) }
      }
    }

    func rowRange(_ number: Int) -> Range<Int> { starts.isEmpty ? number..<number + 1 : Int(starts[number])..<Int(starts[number + 1]) }
    func score(_ row: Int) -> PlainScore { table.scores[row] == ScoreTable.missing ? .unscored : .scored(Int(table.scores[row])) }
    func row(_ place: Int) -> Int { rows.isEmpty ? place : Int(rows[place]) }
  }

  init(_ scores: LoadedScores) {
    production = Arm(scores.production)
    candidate = Arm(scores.candidate)
    pairing = scores.pairing
    isGraded = scores.isGraded
    metrics = scores.isGraded ? [CaseMetric(ScoredPair.metric)] : []
  }

  /// Whether no case has more than one row a file, nor anything but its scores and a cluster.
  var areAlone: Bool {
    [production, candidate].allSatisfy { arm in
      let names = arm.table.names
      return arm.starts.isEmpty && arm.slices.isEmpty && names[.field(.latency)] == nil && names[.field(.cost)] == nil
    }
  }

  /// The same cases in the same order, where they stand alone.
  func withPair(_ place: Int, _ each: (ScoredPair) -> Void) {
    var (their, our) = (place as Int?, nil as Int?)
    if place < pairing.matches.count {
      if pairing.matches[place] > 0 { our = Int(pairing.matches[place]) - 1 }
    } else {
      (their, our) = (nil, Int(pairing.unmatched[place - pairing.matches.count]))
    }
    let (arm, row) = their.map { (production, $0) } ?? (candidate, our!)  // it is in one of the files
    arm.table.ids.withBytes(of: row) { id in
      each(
        ScoredPair(
          id: id, cluster: arm.clusters.isEmpty ? nil : arm.table.clusters[row].map { arm.clusters[$0] }, isGraded: isGraded,
          candidate: our.map(candidate.score) ?? .absent, production: their.map(production.score) ?? .absent))
    }
  }

  /// Production's cases in its order, then those that only the candidate has.
  ///
  /// Both arms need the same repeats: one that an arm lacks is missing, and with it the case's score in that arm.
  func withCase(_ place: Int, _ each: (CaseFacts, [TrialFacts]) -> Void) {
    var trials: [TrialFacts] = []
    var facts: (arm: Arm, number: Int)
    var planned = 0
    if place < pairing.matches.count {
      facts = (production, place)
      planned = add(production, place, .production, to: &trials)
      if pairing.matches[place] > 0 { planned = max(planned, add(candidate, Int(pairing.matches[place]) - 1, .candidate, to: &trials)) }
    } else {
      facts = (candidate, Int(pairing.unmatched[place - pairing.matches.count]))
      planned = add(candidate, facts.number, .candidate, to: &trials)
    }
    each(caseFacts(facts.arm, facts.number, planned: planned), trials)
  }

  private func add(_ arm: Arm, _ number: Int, _ word: PortcullisCore.Arm, to trials: inout [TrialFacts]) -> Int {
    let range = arm.rowRange(number)
    for place in range { trials.append(trial(arm.table, arm.row(place), word, repeatIndex: place - range.lowerBound)) }
    return range.count
  }

  private func trial(_ table: ScoreTable, _ row: Int, _ arm: PortcullisCore.Arm, repeatIndex: Int) -> TrialFacts {
    let steps = table.scores[row]
    let isMissing = steps == ScoreTable.missing
    let latency = table.latencies[row], cost = table.costs[row]
    return TrialFacts(
      arm: arm, repeatIndex: repeatIndex, state: isMissing ? .unscored : steps == ScoreCell.one ? .passed : .failed,
      latency: latency < 0 ? nil : .microseconds(Int64(latency)), costMicro: cost < 0 ? nil : cost,
      metrics: isGraded && !isMissing ? [MetricScore(ScoredPair.metric, Double(steps) / Double(ScoreCell.one))] : [])
  }

  private func caseFacts(_ arm: Arm, _ number: Int, planned: Int) -> CaseFacts {
    let row = arm.row(arm.rowRange(number).lowerBound)
    var tags: [Case.Tag] = []
    for (place, slice) in arm.table.slices.enumerated() {
      if let value = slice.labels[row] { tags.append(arm.slices[place][value]) }
    }
    return CaseFacts(
      id: CaseID(arm.table.ids[number])!,  // checked where it was read
      evalset: ScoredPair.evalset, tags: tags, cluster: arm.table.clusters[row].map { arm.clusters[$0] }, metrics: metrics,
      plannedTrials: planned)
  }
}
