/// Every method there is, by file. A new group is one file and one line here.
package enum MethodCatalogue {
  /// In the order of reference/statistics.md.
  package static let groups: [MethodGroup] = [
    .composition,
    .plannedLooks,
    .distributions,
    .proportions,
    .pairedPassRates,
    .slices,
    .unpairedRates,
    .gradedScores,
    .mustPass,
    .flakes,
    .latency,
    .cost,
    .canary,
    .canaryRun,
    .shadow,
    .judges,
    .judgedScores,
    .agreement,
    .planning,
    .plannedSamples,
  ]

  package static let all = groups.flatMap(\.methods)

  package static func method(named name: String) -> Method? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
