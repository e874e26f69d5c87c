/// Requests, failures, cost, tokens and quality of each arm, whole and by what the requests say of themselves; bounded.
package struct CanaryTables: Sendable, Hashable {
  package var total: ArmRows
  /// The first `CanaryTables.limit` values of each field by name; the rest together under `others`.
  package var fields: [ObservationField: Table]

  /// Values kept apart in each field.
  package static let limit = 32

  package struct Table: Sendable, Hashable {
    package var rows: [String: ArmRows]
    package var others: ArmRows?
  }

  package struct ArmRows: Sendable, Hashable {
    package var candidate: Row
    package var production: Row
  }

  /// Sums over the requests of one arm. A mean is its sum by its own count, so that what is unknown is not taken for 0.
  package struct Row: Sendable, Hashable {
    package var requests = 0
    package var failures = 0
    package var scored = 0
    package var scores = 0.0
    package var priced = 0
    package var costMicro = 0
    package var tokens = 0
    package var cacheKnown = 0
    package var cacheHits = 0
    package var rated = 0
    package var feedback = 0.0

    package init() {}
  }
}
