import Foundation
import PortcullisCore
import Testing

@testable import PortcullisModels

/// A recorded provider answer, by its path below `Recordings`.
func recorded(_ name: String, from place: String = #filePath) throws -> [UInt8] {
  let folder = URL(filePath: place).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Recordings/openai")
  return Array(try Data(contentsOf: folder.appending(path: name)))
}

func target(
  _ provider: String = "openai", model: String = "support-small", baseURL: String? = "http://127.0.0.1:1/v1", headers: [Target.Header] = [],
  parameters: [(String, JSON)] = [], tools: [JSON] = [], stream: Bool? = nil, answersAs: [String] = []
) -> Target {
  Target(
    name: "candidate", provider: provider, model: model, baseURL: baseURL, headers: headers, parameters: JSONObject(parameters),
    tools: tools,
    stream: stream, timeouts: limits(), answersAs: answersAs)
}

func question(
  _ text: String = "How long may I return it?", case id: String = "refund-window", arm: Arm = .candidate, repeat repeatIndex: Int = 0,
  turn: Int = 0,
  parameters: [(String, JSON)] = []
) -> ModelRequest {
  ModelRequest(
    messages: [Message(role: .system, content: "You are the support."), Message(role: .user, content: text)],
    origin: ModelRequest.Origin(caseID: CaseID(id)!, arm: arm, repeatIndex: repeatIndex, turn: turn),  // ids of these tests are valid
    parameters: JSONObject(parameters))
}

func httpAnswer(_ body: String, status: Int = 200, headers: [(String, String)] = [], arrivals: [HTTPArrival] = []) -> HTTPAnswer {
  HTTPAnswer(
    status: status, headers: HTTPHeaders(headers), body: Array(body.utf8),
    timing: HTTPTiming(firstByte: .milliseconds(10), firstBody: .milliseconds(20), total: .milliseconds(500)), arrivals: arrivals)
}

func provider(stream: Bool) throws -> OpenAIProvider { try OpenAIProvider(target(stream: stream), key: nil) }

/// The failure of a reading that must not succeed.
func refused<Value>(_ read: () throws -> Value, _ place: SourceLocation = #_sourceLocation) -> CallFailure? {
  do {
    let value = try read()
    Issue.record("read as \(value)", sourceLocation: place)
  } catch let failure as CallFailure {
    return failure
  } catch {
    Issue.record("another error: \(error)", sourceLocation: place)
  }
  return nil
}

/// The failure of a call that must not succeed.
func refused(_ client: any ModelClient, _ request: ModelRequest = question(), _ place: SourceLocation = #_sourceLocation) async
  -> CallFailure?
{
  do {
    let completion = try await client.send(client.prepare(request))
    Issue.record("answered \(completion)", sourceLocation: place)
    return nil
  } catch {
    return error
  }
}
