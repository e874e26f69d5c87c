// How the rules about times name what they measure.

extension TimeMeasure {
  var ruleName: String {
    switch self {
    case .latency: "latency"
    case .ttft: "ttft"
    case .tpot: "tpot"
    }
  }

  var noun: String {
    switch self {
    case .latency: "latency"
    case .ttft: "time to the first token"
    case .tpot: "time per token"
    }
  }

  var plural: String {
    switch self {
    case .latency: "latencies"
    case .ttft: "times to the first token"
    case .tpot: "times per token"
    }
  }

  /// After the name of a quantile; latencies need no more.
  var possessed: String {
    switch self {
    case .latency: ""
    case .ttft, .tpot: " of the \(noun)"
    }
  }

  /// After "3 of 59 calls".
  func over(_ limit: String) -> String {
    switch self {
    case .latency: "took longer than \(limit)"
    case .ttft: "waited longer than \(limit) for the first token"
    case .tpot: "took longer than \(limit) a token"
    }
  }

  var remedy: String {
    switch self {
    case .latency: "answers with a measured latency: a live endpoint, or recordings that hold 'latency_ms'"
    case .ttft: "answers with a measured first token: a live endpoint that streams, or recordings that hold 'ttft_ms'"
    case .tpot:
      "answers of two tokens or more with latency, first token and usage: a live endpoint that streams, or recordings that hold 'latency_ms', "
        + "'ttft_ms' and 'usage'"
    }
  }
}
