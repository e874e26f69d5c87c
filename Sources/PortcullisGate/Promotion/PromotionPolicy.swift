package import PortcullisCore

/// What a candidate must show before a stage opens for it.
package struct PromotionPolicy: Sendable, Hashable {
  /// The stages that decide, in their order; at least one of `Stage`. Production comes after the last.
  package var stages: [Stage]
  /// How old the pass of the stage before may be.
  package var maxAge: Duration
  /// How many different people must have signed that pass.
  package var signOffs: Int

  package enum Stage: String, Sendable, CaseIterable {
    case offline, shadow, canary
  }

  package init(stages: [Stage] = Stage.allCases, maxAge: Duration = .seconds(7 * 86400), signOffs: Int = 0) {
    self.stages = stages
    self.maxAge = maxAge
    self.signOffs = signOffs
  }

  package static let standard = PromotionPolicy()

  /// What can be opened, in order: every stage but the first, and production.
  package var doors: [String] { stages.isEmpty ? [] : stages.dropFirst().map(\.rawValue) + ["production"] }

  /// The stages that must have passed before a door opens, the one that opens it last; nil for no door.
  package func stages(before door: String) -> [Stage]? {
    doors.firstIndex { sameBytes($0, door) }.map { Array(stages[...$0]) }
  }

  package var json: JSON {
    .object([
      ("stages", .array(stages.map { .string($0.rawValue) })), ("max_age_s", .double(Double(maxAge.microseconds) / 1_000_000)),
      ("sign_offs", .int(signOffs)),
    ])
  }

  /// nil where the value is not one that `json` wrote.
  package init?(json: JSON) {
    guard let written = json["stages"]?.array, let seconds = json["max_age_s"]?.double, 0...315_360_000 ~= seconds,
      let signOffs = json["sign_offs"]?.int
    else { return nil }
    let stages = written.compactMap { $0.string.flatMap(Stage.init) }
    guard stages.count == written.count else { return nil }
    self.init(stages: stages, maxAge: .microseconds(Int64((seconds * 1_000_000).rounded())), signOffs: signOffs)
  }
}
