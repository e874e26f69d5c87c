import PortcullisCore
package import PortcullisStatistics

/// Cases that production passes and the candidate failed, by what became of them when both were asked again.
///
/// Cases with equal counts are one entry, so that the evidence stays as small as `confirm` is, however many cases broke.
package struct BrokenCases: Sendable, Hashable {
  /// Cases with both scores, and of those the ones that production passed.
  package private(set) var compared = 0
  package private(set) var held = 0
  /// Scored trials of production that passed.
  package private(set) var productionPasses = 0
  /// Cases that lack a score in either arm: any of them may be broken.
  package private(set) var incomplete = Witnesses()
  /// Cases that production passed and the candidate failed, and those that were asked again.
  package private(set) var discordant = Witnesses()
  /// Of those, the ones about which asking again told nothing: not asked, answers missing, or answers of an earlier run.
  package private(set) var unasked = Witnesses()
  /// The others, by their counts in the confirming trials alone: the pair that selected them does not count.
  package private(set) var asked: [StratifiedFisher.Stratum: Witnesses] = [:]
  /// Whether a score rests on a judge.
  package private(set) var isJudged = false
  package private(set) var isRecorded = false

  mutating func add(_ facts: CaseFacts, _ trials: SortedTrials) {
    let (candidate, production) = (trials.candidate, trials.production)
    if candidate.judged + production.judged > 0 { isJudged = true }
    if candidate.isRecorded || production.isRecorded { isRecorded = true }
    productionPasses += production.scoredPasses
    if candidate.isComplete, production.isComplete {
      compared += 1
      if production.hasAllPassed { held += 1 }
    } else {
      incomplete.add(facts.id)
    }
    // A case that was asked again stays in the test, whatever a later look says of its first trials.
    guard trials.isBroken || trials.confirmation != nil else { return }
    discordant.add(facts.id)
    guard let confirmation = trials.confirmation, let stratum = confirmation.stratum else { return unasked.add(facts.id) }
    if confirmation.candidate.judged + confirmation.production.judged > 0 { isJudged = true }
    asked[stratum, default: Witnesses()].add(facts.id)
  }

  mutating func merge(_ other: BrokenCases) {
    compared += other.compared
    held += other.held
    productionPasses += other.productionPasses
    incomplete.merge(other.incomplete)
    discordant.merge(other.discordant)
    unasked.merge(other.unasked)
    asked.merge(other.asked) { $0.joined(with: $1) }
    isJudged = isJudged || other.isJudged
    isRecorded = isRecorded || other.isRecorded
  }
}

extension SortedTrials {
  /// Whether production passed all its planned trials and the candidate failed one of its own.
  var isBroken: Bool { production.outcome == true && candidate.outcome == false }
}

extension SortedTrials.Confirmation {
  /// nil where a trial lacks a score, or is no fresh answer.
  fileprivate var stratum: StratifiedFisher.Stratum? {
    guard candidate.isComplete, production.isComplete, candidate.reused + production.reused == 0 else { return nil }
    return StratifiedFisher.Stratum(
      candidatePassed: candidate.scoredPasses, of: candidate.planned, productionPassed: production.scoredPasses, of: production.planned)
  }
}
