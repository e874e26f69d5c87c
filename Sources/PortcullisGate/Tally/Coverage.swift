import PortcullisCore

/// The cases of each behaviour, and those of which every trial of the candidate is scored.
package struct Coverage: Sendable, Hashable {
  struct Key: Sendable, Hashable {
    let evalset: SliceValue
    let behaviour: SliceValue
  }

  struct Counts: Sendable, Hashable {
    var cases = 0
    var scored = 0
  }

  private var counts: [Key: Counts] = [:]

  package init() {}

  mutating func add(_ facts: CaseFacts, _ candidate: ArmCase) {
    guard let behaviour = facts.behaviour else { return }
    let key = Key(evalset: SliceValue(facts.evalset), behaviour: SliceValue(behaviour))
    counts[key, default: Counts()].cases += 1
    if candidate.isComplete { counts[key, default: Counts()].scored += 1 }
  }

  mutating func merge(_ other: Coverage) {
    counts.merge(other.counts) { Counts(cases: $0.cases + $1.cases, scored: $0.scored + $1.scored) }
  }

  subscript(_ demand: BehaviourDemand) -> Counts {
    counts[Key(evalset: SliceValue(demand.evalset), behaviour: SliceValue(demand.behaviour))] ?? Counts()
  }
}
