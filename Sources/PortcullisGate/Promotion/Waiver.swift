package import PortcullisCore

/// One person's word that a ruling may be passed over until a day, and why.
package struct Waiver: Sendable, Hashable {
  package let rule: String
  /// nil where the ruling names none; `pass-rate` is none.
  package let metric: String?
  /// nil for the ruling over all cases: the slices of a rule are waived one by one.
  package let slice: Case.Tag?
  package let by: String
  package let reason: String
  /// The last day it holds, `YYYY-MM-DD` in UTC.
  package let expires: String

  package init(rule: String, metric: String? = nil, slice: Case.Tag? = nil, by: String, reason: String, expires: String) {
    self.rule = rule
    self.metric = metric == "pass-rate" ? nil : metric
    self.slice = slice
    self.by = by
    self.reason = reason
    self.expires = expires
  }

  /// `latency`, or `no-regression language=de`.
  package var title: String { rule + (metric.map { " \($0)" } ?? "") + (slice.map { " \($0.name)=\($0.value)" } ?? "") }

  /// Days are compared as they are written.
  package func isExpired(on day: String) -> Bool { expires.utf8.lexicographicallyPrecedes(day.utf8) }

  package func covers(_ ruling: Ruling) -> Bool {
    sameBytes(rule, ruling.rule) && same(metric, ruling.metric) && same(slice?.name, ruling.slice?.name)
      && same(slice?.value, ruling.slice?.value)
  }

  private func same(_ left: String?, _ right: String?) -> Bool {
    switch (left, right) {
    case (nil, nil): true
    case (let left?, let right?): sameBytes(left, right)
    case (nil, _?), (_?, nil): false
    }
  }

  /// Rules that say whether anything was measured at all: without them no number means what it says.
  package static let unwaivable = ["complete", "judge-trusted", "sample-ratio", "run"]

  package var json: JSON {
    .object([
      ("rule", .string(rule)), ("metric", metric.map(JSON.string) ?? .null),
      ("slice", slice.map { .string("\($0.name)=\($0.value)") } ?? .null), ("by", .string(by)), ("reason", .string(reason)),
      ("expires", .string(expires)),
    ])
  }

  /// nil where the value is not one that `json` wrote.
  package init?(json: JSON) {
    guard let rule = json["rule"]?.string, let by = json["by"]?.string, let reason = json["reason"]?.string,
      let expires = json["expires"]?.string
    else { return nil }
    var slice: Case.Tag?
    if let text = json["slice"]?.string {
      guard let tag = Case.Tag(written: text) else { return nil }
      slice = tag
    }
    self.init(rule: rule, metric: json["metric"]?.string, slice: slice, by: by, reason: reason, expires: expires)
  }
}

extension Case.Tag {
  /// Reads `language=de`; nil where there is no `=`.
  package init?(written text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.init(name: String(parts[0]), value: String(parts[1]))
  }
}
