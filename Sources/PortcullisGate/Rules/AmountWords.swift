// How the rules about amounts name what they sum.

extension RequestAmount {
  var ruleName: String {
    switch self {
    case .cost: "cost-per-request"
    case .tokens: "tokens-per-request"
    case .costPerSuccess: "cost-per-success"
    }
  }

  var plural: String {
    switch self {
    case .cost: "costs"
    case .tokens: "token counts"
    case .costPerSuccess: "costs per success"
    }
  }

  var verb: String { self == .tokens ? "take" : "cost" }

  /// After "requests with".
  var known: String {
    switch self {
    case .cost: "a known cost"
    case .tokens: "a known token count"
    case .costPerSuccess: "a known cost and a score"
    }
  }

  /// Where nothing is known in both arms, or (`isPaired` false) of the candidate.
  func unknown(isPaired: Bool) -> String {
    switch self {
    case .cost: "no cost \(isPaired ? "is known in both arms" : "of the candidate is known"): an unknown price is not free"
    case .tokens: "no token count \(isPaired ? "is known in both arms" : "of the candidate is known"): an unknown count is not zero"
    case .costPerSuccess:
      "no request \(isPaired ? "has a known cost and a score in both arms" : "of the candidate has a known cost and a score"): "
        + "an unknown price is not free"
    }
  }

  func remedy(_ targets: String) -> String {
    switch self {
    case .cost, .costPerSuccess: "give \(targets) a 'price'"
    case .tokens: "answers that report their usage: a live endpoint, or recordings that hold 'usage'"
    }
  }

  /// After "3 of": `100 paired costs are unknown`.
  func lacking(_ lost: Int, _ total: Int, _ isPaired: Bool) -> String {
    let paired = isPaired ? "paired " : ""
    return switch self {
    case .cost: "\(counted(total, paired + "cost")) \(areOrIs(lost)) unknown"
    case .tokens: "\(counted(total, paired + "token count")) \(areOrIs(lost)) unknown"
    case .costPerSuccess: "\(counted(total, paired + "request")) \(lost == 1 ? "lacks" : "lack") a cost or a score"
    }
  }

  func noRatio(_ requests: String) -> String {
    switch self {
    case .cost: "the costs of \(requests) give no ratio: an arm that costs nothing, or one single cluster, shows no price"
    case .tokens: "the token counts of \(requests) give no ratio: an arm without tokens, or one single cluster, shows none"
    case .costPerSuccess:
      "the costs of \(requests) give no ratio: an arm that costs nothing or never succeeds, or one single cluster, shows no price"
    }
  }

  func noMean(_ requests: String) -> String {
    switch self {
    case .cost: "the costs of \(requests) give no mean: a candidate that costs nothing, or one single cluster, shows no price"
    case .tokens: "the token counts of \(requests) give no mean: a candidate without tokens, or one single cluster, shows none"
    case .costPerSuccess:
      "the costs of \(requests) give no mean: a candidate that costs nothing or never succeeds, or one single cluster, shows no price"
    }
  }

  func ratioWords(_ ratio: String) -> String {
    switch self {
    case .cost: "the candidate costs \(ratio) times what production costs a request"
    case .tokens: "the candidate takes \(ratio) times the tokens that production takes a request"
    case .costPerSuccess: "a success costs the candidate \(ratio) times what it costs production"
    }
  }

  func meanWords(_ mean: String) -> String {
    switch self {
    case .cost: "the candidate costs \(mean) a request"
    case .tokens: "the candidate takes \(mean) tokens a request"
    case .costPerSuccess: "a success costs the candidate \(mean)"
    }
  }

  var settling: String {
    switch self {
    case .cost, .costPerSuccess: "more requests, or a cheaper candidate"
    case .tokens: "more requests, or a terser candidate"
    }
  }
}
