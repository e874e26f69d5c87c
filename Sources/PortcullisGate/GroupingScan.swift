import PortcullisCore

/// Finds the groupings that a suite's shape suggests, in one pass over its cases: what nobody declared, but may make cases rise and fall together.
///
/// A grouping is suspected where no group holds more than 20 % of the cases, and of its groups (or of those with two cases and more) there are
/// at least 10, of a median size of 2 to 50. Cases without a group are independent cases: they count among the cases, not among the groups, so
/// that neither they nor lone groups can hide others. Quarantined cases are left out.
///
/// In any order and partition. Memory grows by 12 bytes for each id stem and for each value of a tag.
package struct GroupingScan: Sendable {
  private var cases = 0
  private var stems: [ClusterLabel: UInt32] = [:]
  private var tags: [String: [ClusterLabel: UInt32]] = [:]

  package init() {}

  package mutating func add(_ facts: CaseFacts) {
    if facts.isLeftOut { return }
    cases += 1
    if let stem = Grouping.stem.group(of: facts) { stems[stem, default: 0] += 1 }
    for tag in facts.tags { tags[tag.name, default: [:]][ClusterLabel(tag: tag.name, value: tag.value), default: 0] += 1 }
  }

  /// As the case with its trials.
  package mutating func add(_ pair: ScoredPair) {
    cases += 1
    if let stem = ClusterLabel(stemOf: pair.id, evalset: ScoredPair.evalset) { stems[stem, default: 0] += 1 }
  }

  /// Adds what another scan saw of other cases.
  package mutating func merge(_ other: GroupingScan) {
    cases += other.cases
    stems.merge(other.stems) { $0 + $1 }
    tags.merge(other.tags) { $0.merging($1) { $0 + $1 } }
  }

  /// Names of the tags seen, by bytes.
  package var tagNames: [String] { tags.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The stem first, then tags by name.
  package var suspects: [SuspectedGrouping] {
    let all = [(Grouping.stem, stems)] + tagNames.map { (.tag($0), tags[$0] ?? [:]) }
    return all.compactMap { grouping, sizes in
      isSuspect(Array(sizes.values)) ? SuspectedGrouping(grouping, groups: sizes.count) : nil
    }
  }

  private func isSuspect(_ sizes: [UInt32]) -> Bool {
    guard let largest = sizes.max(), largest > 1, Int(largest) * 5 <= cases else { return false }
    let sorted = sizes.sorted()
    let lone = sorted.prefix { $0 == 1 }.count
    return isMiddling(sorted[...]) || isMiddling(sorted[lone...])
  }

  /// At least 10 groups, of a median size of 2 to 50.
  private func isMiddling(_ sorted: ArraySlice<UInt32>) -> Bool {
    guard sorted.count >= 10 else { return false }
    let middle = sorted.startIndex + sorted.count / 2
    let doubled = sorted.count.isMultiple(of: 2) ? sorted[middle - 1] + sorted[middle] : 2 * sorted[middle]
    return 4...100 ~= doubled
  }
}
