/// What is evaluated or asked as a judge: one model behind one endpoint, with its prompt and settings.
package struct Target: Sendable, Hashable {
  package var name: String
  /// `openai`, `scripted` or `replay`.
  package var provider: String
  package var model: String
  package var version: String?
  /// Without a final slash, as in `http://127.0.0.1:8000/v1`.
  package var baseURL: String?
  /// The environment variable that holds the key; the key itself is never part of a target.
  package var apiKeyVariable: String?
  package var headers: [Header]
  package var prompt: TargetPrompt?
  /// Passed through to the provider, in the order written.
  package var parameters: JSONObject
  /// The provider's own tool definitions; empty for none.
  package var tools: [JSON]
  package var stream: Bool?
  package var family: String?
  package var price: Price?
  package var limits: TargetLimits
  package var timeouts: Timeouts
  /// Transport retries for one call, 0…20.
  package var retries: Int
  package var labels: [Case.Tag]
  /// Served model names (globs with `*`) that count as this model.
  package var answersAs: [String]
  /// For `scripted` and `replay`: the file of answers, and its content digest.
  package var source: AnswerSource?

  package struct Header: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package struct AnswerSource: Sendable, Hashable {
    /// As the user would type it from the working folder.
    package let file: String
    package let digest: Digest

    package init(file: String, digest: Digest) {
      self.file = file
      self.digest = digest
    }
  }

  package init(
    name: String, provider: String, model: String, version: String? = nil, baseURL: String? = nil, apiKeyVariable: String? = nil,
    headers: [Header] = [], prompt: TargetPrompt? = nil, parameters: JSONObject = JSONObject(), tools: [JSON] = [], stream: Bool? = nil,
    family: String? = nil, price: Price? = nil, limits: TargetLimits = TargetLimits(), timeouts: Timeouts = Timeouts(), retries: Int = 5,
    labels: [Case.Tag] = [], answersAs: [String] = [], source: AnswerSource? = nil
  ) {
    self.name = name
    self.provider = provider
    self.model = model
    self.version = version
    self.baseURL = baseURL
    self.apiKeyVariable = apiKeyVariable
    self.headers = headers
    self.prompt = prompt
    self.parameters = parameters
    self.tools = tools
    self.stream = stream
    self.family = family
    self.price = price
    self.limits = limits
    self.timeouts = timeouts
    self.retries = retries
    self.labels = labels
    self.answersAs = answersAs
    self.source = source
  }

  /// What decides the answers and their price; not the name, limits, timeouts or labels. A loopback address is left out: it
  /// names a port of this machine, not a model.
  package var digest: Digest {
    Digest(
      of: .object(present: [
        ("provider", .string(provider)), ("model", .string(model)), ("version", version.map(JSON.string)),
        ("base_url", baseURL.flatMap { isLoopback(url: $0) ? nil : .string($0) }),
        ("headers", headers.isEmpty ? nil : .array(headers.map { .array([.string($0.name), .string($0.value)]) })),
        ("prompt", prompt?.json), ("parameters", parameters.members.isEmpty ? nil : .object(parameters)),
        ("tools", tools.isEmpty ? nil : .array(tools)), ("stream", stream.map(JSON.bool)), ("price", price?.json),
        ("source", source.map { .string($0.digest.description) }),
      ]))
  }

  /// Whether an endpoint that says it served `served` answered as this model: the name itself, the name with a date suffix
  /// (`-2026-08-01`, `-20260801`, `-0801`), or one of `answersAs`. An endpoint that names no model is believed.
  package func accepts(servedModel served: String?) -> Bool {
    guard let served, !sameBytes(served, model) else { return true }
    if !answersAs.isEmpty { return answersAs.contains { matchesGlob(served, $0) } }
    guard served.hasPrefix(model + "-") else { return false }
    let suffix = served.dropFirst(model.count + 1)
    return suffix.count >= 4 && suffix.contains { $0 != "-" } && suffix.utf8.allSatisfy { $0 == UInt8(ascii: "-") || 0x30...0x39 ~= $0 }
  }
}

/// A target's own prompt.
package enum TargetPrompt: Sendable, Hashable {
  /// A template file's text. It is the system message; where it uses `{{ input }}` it is the user message, with the case's input in it.
  case text(String)
  /// Messages whose contents are templates; where none uses `{{ input }}`, the case's messages follow.
  case messages([Message])

  package var json: JSON {
    switch self {
    case .text(let text): .string(text)
    case .messages(let messages): .array(messages.map(\.json))
    }
  }
}

/// Prices in nano-units of a currency for one token; exact for prices a million tokens with three decimals.
package struct Price: Sendable, Hashable {
  package let inputNano: Int
  /// nil: cached input costs what input costs.
  package let cachedInputNano: Int?
  package let outputNano: Int
  package let currency: String

  package init(inputNano: Int, cachedInputNano: Int?, outputNano: Int, currency: String) {
    self.inputNano = inputNano
    self.cachedInputNano = cachedInputNano
    self.outputNano = outputNano
    self.currency = currency
  }

  /// Whether every answer costs nothing, however long it is.
  package var isFree: Bool { inputNano == 0 && outputNano == 0 && (cachedInputNano ?? 0) == 0 }

  /// Micro-units, rounded up; nil where a token count is unknown or the sum leaves 64 bits.
  package func cost(of usage: TokenUsage) -> Int? {
    guard let input = usage.input, let output = usage.output else { return nil }
    let cached = min(usage.cachedInput ?? 0, input)
    var total = 0
    for (tokens, nano) in [(input - cached, inputNano), (cached, cachedInputNano ?? inputNano), (output, outputNano)] {
      let (part, tooLarge) = tokens.multipliedReportingOverflow(by: nano)
      let (sum, overflow) = total.addingReportingOverflow(part)
      if tooLarge || overflow { return nil }
      total = sum
    }
    return total / 1000 + (total % 1000 == 0 ? 0 : 1)
  }

  package var json: JSON {
    .object(present: [
      ("input_nano", .int(inputNano)), ("cached_input_nano", cachedInputNano.map(JSON.int)), ("output_nano", .int(outputNano)),
      ("currency", .string(currency)),
    ])
  }
}

/// How hard one target may be asked.
package struct TargetLimits: Sendable, Hashable {
  /// Calls at once, 1…1024.
  package var concurrency: Int
  /// Requests and tokens a minute; nil for no limit.
  package var rpm: Int?
  package var tpm: Int?

  package init(concurrency: Int = 16, rpm: Int? = nil, tpm: Int? = nil) {
    self.concurrency = concurrency
    self.rpm = rpm
    self.tpm = tpm
  }
}

/// Limits of one call, each above zero.
package struct Timeouts: Sendable, Hashable {
  package var connect: Duration
  package var firstByte: Duration
  /// Between bytes of a body, or events of a stream.
  package var idle: Duration
  package var total: Duration

  package init(
    connect: Duration = .seconds(5), firstByte: Duration = .seconds(60), idle: Duration = .seconds(30), total: Duration = .seconds(180)
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
  }
}

/// Whether a URL's host is this machine's loopback.
package func isLoopback(url: String) -> Bool {
  guard let scheme = url.firstRange(of: "://") else { return false }
  let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
  let host: Substring = authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
  if host == "::1" || host.lowercased() == "localhost" { return true }
  let parts = host.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
}

/// Whether `text` matches `pattern`, in which `*` stands for any run of characters; bytes otherwise.
package func matchesGlob(_ text: String, _ pattern: String) -> Bool {
  let text = Array(text.utf8), pattern = Array(pattern.utf8)
  var t = 0, p = 0, star: Int?, retry = 0
  while t < text.count {
    if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
      star = p
      retry = t
      p += 1
    } else if p < pattern.count, pattern[p] == text[t] {
      t += 1
      p += 1
    } else if let back = star {
      retry += 1
      t = retry
      p = back + 1
    } else {
      return false
    }
  }
  return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
}
