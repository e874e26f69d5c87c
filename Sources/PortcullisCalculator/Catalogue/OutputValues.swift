package import PortcullisCore
package import PortcullisStatistics

// How numbers and verdicts are written: what JSON cannot hold is text, undefined is null.
extension JSON {
  /// A double; `inf` and `-inf` as text, null for nil and NaN.
  package static func real(_ value: Double?) -> JSON {
    guard let value, !value.isNaN else { return .null }
    return value.isFinite ? .double(value) : .string(value > 0 ? "inf" : "-inf")
  }

  package static func reals(_ values: [Double?]) -> JSON { .array(values.map(JSON.real)) }

  /// A count or rank; null for nil.
  package static func count(_ value: Int?) -> JSON { value.map(JSON.int) ?? .null }

  /// `PASS`, `INCONCLUSIVE` or `FAIL`.
  package static func verdict(_ verdict: ThreeWay) -> JSON { .string(verdict.word) }
}

extension ThreeWay {
  /// The verdict's word in vectors and protocol.
  package var word: String {
    switch self {
    case .pass: "PASS"
    case .inconclusive: "INCONCLUSIVE"
    case .fail: "FAIL"
    }
  }
}
