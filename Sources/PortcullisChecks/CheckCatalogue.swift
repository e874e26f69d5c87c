/// Every check there is. A new one is one file in `Checks/` and one line here.
package enum CheckCatalogue {
  /// In the order of the reference.
  package static let all: [CheckKind] = [
    .equals,
    .contains,
    .containsAll,
    .containsAny,
    .regex,
    .oneOf,
    .numeric,
    .isJSON,
    .maxWords,
    .minWords,
    .refusal,
    .notRefusal,
    .noSecrets,
    .toolCall,
    .latency,
    .cost,
    .judge,
    .not,
  ]

  /// All names, for suggestions.
  package static let names = all.map(\.name)

  package static func kind(named name: String) -> CheckKind? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
