import PortcullisCore

/// Reads a streamed answer: complete only with `[DONE]`, a finish reason, and nothing in between that says otherwise.
func openAIStreamedCompletion(_ answer: HTTPAnswer) throws(CallFailure) -> Completion {
  var assembly = OpenAIAssembly(answer)
  var count = 0
  for event in ServerSentEvents(answer.body) {
    if event.data == ServerSentEvents.done {
      assembly.isDone = true
      break
    }
    count += 1
    guard event.data.count <= 4 << 20, count <= 200_000 else {
      throw CallFailure(
        .tooLarge, "the stream has an event above 4 MB or more than 200,000 events", status: answer.status, mayBeBilled: true)
    }
    let json: JSON
    do { json = try JSON(parsing: event.data) } catch { throw .malformed("an event is no JSON: \(error)", answer) }
    if let error = json["error"], !error.isNull { return try openAIErrorInside(error, answer) }
    if event.name.elementsEqual("error".utf8) { return try openAIErrorInside(json, answer) }
    try assembly.add(json, arrivedBy: event.end)
  }
  return try assembly.completion()
}

/// What the deltas of a stream add up to.
private struct OpenAIAssembly {
  private struct Call {
    let index: Int
    var name = ""
    var arguments = ""
  }

  private let answer: HTTPAnswer
  private var nextArrival = 0
  private var text: String?
  private var refusal: String?
  private var calls: [Call] = []
  private var finish: String?
  private var usage: JSON?
  private var model: String?
  private var id: String?
  private var firstToken: Duration?
  var isDone = false

  init(_ answer: HTTPAnswer) { self.answer = answer }

  mutating func add(_ event: JSON, arrivedBy end: Int) throws(CallFailure) {
    guard event.object != nil else { throw .malformed("an event is \(event.kind) rather than an object", answer) }
    if let named = nonEmpty(event["model"]) {
      if let model, !sameBytes(model, named) {
        throw CallFailure(.wrongModel, "two models answered in one stream: '\(visible(model))' and '\(visible(named))'", mayBeBilled: true)
      }
      model = named
    }
    if id == nil { id = nonEmpty(event["id"]) }
    if let counts = event["usage"], !counts.isNull { usage = counts }
    guard let choices = event["choices"]?.array else {
      if event["choices"] == nil || event["choices"]?.isNull == true { return }  // pings and notices of proxies
      throw .malformed("'choices' is no list", answer)
    }
    guard let choice = firstChoice(choices) else { return }  // the usage comes with an empty list
    if let delta = choice["delta"], !delta.isNull, try add(delta: delta) {
      if let finish { throw .malformed("the answer goes on after its 'finish_reason' \(finish)", answer) }
      if firstToken == nil { firstToken = arrival(of: end) }
    }
    if let word = choice["finish_reason"], !word.isNull {
      guard let word = word.string else { throw .malformed("'finish_reason' is \(word.kind)", answer) }
      if let finish, finish != word { throw .malformed("the stream has two finish reasons, '\(finish)' and '\(word)'", answer) }
      finish = word
    }
  }

  /// Whether the delta brought a token of any kind.
  private mutating func add(delta: JSON) throws(CallFailure) -> Bool {
    var hasToken = false
    if let piece = try piece("content", of: delta) {
      text = (text ?? "") + piece
      hasToken = hasToken || !piece.isEmpty
    }
    if let piece = try piece("refusal", of: delta), !piece.isEmpty {
      refusal = (refusal ?? "") + piece
      hasToken = true
    }
    for name in ["reasoning_content", "reasoning"] {
      if let piece = delta[name]?.string, !piece.isEmpty { hasToken = true }
    }
    for (place, call) in (delta["tool_calls"]?.array ?? []).enumerated() {
      try add(call: call, at: call["index"]?.int ?? place)
      hasToken = true
    }
    if let legacy = delta["function_call"], !legacy.isNull {
      try add(call: .object([("function", legacy)]), at: 0)
      hasToken = true
    }
    return hasToken
  }

  private func piece(_ name: String, of delta: JSON) throws(CallFailure) -> String? {
    switch delta[name] {
    case nil, .null: return nil
    case .string(let piece): return piece
    case .some(let other): throw .malformed("'\(name)' is \(other.kind)", answer)
    }
  }

  private mutating func add(call: JSON, at index: Int) throws(CallFailure) {
    let place: Int
    if let known = calls.firstIndex(where: { $0.index == index }) {
      place = known
    } else {
      guard calls.count < 1000 else { throw .malformed("it has more than 1,000 tool calls", answer) }
      place = calls.firstIndex { $0.index > index } ?? calls.count
      calls.insert(Call(index: index), at: place)
    }
    if let name = call["function"]?["name"]?.string { calls[place].name += name }
    if let piece = call["function"]?["arguments"]?.string { calls[place].arguments += piece }
  }

  /// When the first `end` bytes were there. Events are asked for in order, so the search goes on where it stopped.
  private mutating func arrival(of end: Int) -> Duration? {
    while nextArrival < answer.arrivals.count, answer.arrivals[nextArrival].end < end { nextArrival += 1 }
    return nextArrival < answer.arrivals.count ? answer.arrivals[nextArrival].at : nil
  }

  func completion() throws(CallFailure) -> Completion {
    guard isDone else { throw .malformed("the stream ends without '[DONE]'", answer) }
    guard let finish else { throw .malformed("the stream ends without a 'finish_reason'", answer) }
    guard calls.allSatisfy({ !$0.name.isEmpty }) else { throw .malformed("a tool call has no name", answer) }
    return Completion(
      text: text, toolCalls: calls.map { ToolCall(name: $0.name, arguments: toolArguments($0.arguments)) },
      finish: FinishReason(word: finish),
      refusal: refusal, usage: openAIUsage(usage), latency: answer.timing.total, ttft: firstToken, servedModel: model, responseID: id)
  }
}
