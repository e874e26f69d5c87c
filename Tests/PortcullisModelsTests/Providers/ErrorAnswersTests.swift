import PortcullisCore
import Testing

@testable import PortcullisModels

@Suite struct ErrorAnswersTests {
  private func failure(_ status: Int, _ body: String, headers: [(String, String)] = []) throws -> CallFailure? {
    refused { try provider(stream: false).completion(from: httpAnswer(body, status: status, headers: headers)) }
  }

  @Test(arguments: [
    (400, FailureKind.request), (401, .auth), (402, .quota), (403, .auth), (404, .request), (405, .request), (408, .timeout),
    (409, .server), (413, .request),
    (422, .request), (425, .server), (429, .rateLimit), (500, .server), (502, .server), (503, .server), (504, .server), (529, .server),
    (301, .request),
    (302, .request), (304, .request), (307, .request), (418, .request), (451, .request), (599, .server),
  ])
  func eachStatusHasItsKindWhateverItsBody(_ row: (status: Int, kind: FailureKind)) throws {
    for body in [
      "", "<html>no</html>", #"{"error":{"message":"m"}}"#, #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#,
    ] {
      let failure = try failure(row.status, body)
      #expect(failure?.kind == row.kind)
      #expect(failure?.status == row.status)
      #expect(failure?.mayBeBilled == (row.status >= 500))
    }
  }

  @Test(arguments: [
    (
      #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#, FailureKind.quota
    ),
    (#"{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}"#, .rateLimit),
    (#"{"message":"Your credit balance is too low"}"#, .quota),
  ])
  func anEmptyAccountIsToldFromARateLimit(_ row: (body: String, kind: FailureKind)) throws {
    #expect(try failure(429, row.body)?.kind == row.kind)
  }

  @Test(arguments: [
    (#"{"error":{"message":"boom","type":"server_error"}}"#, FailureKind.server), (#"{"error":"overloaded"}"#, .server),
    (#"{"error":{"message":"Rate limit reached"}}"#, .rateLimit), (#"{"error":{"message":"m","code":"invalid_api_key"}}"#, .auth),
    (#"{"error":{"message":"m","type":"invalid_request_error"}}"#, .request), (#"{"error":{"message":"m","code":503}}"#, .server),
    (#"{"error":{"message":"m"},"choices":[{"message":{"content":"stale"},"finish_reason":"stop"}]}"#, .server),
  ])
  func anErrorInsideA200IsNoAnswer(_ row: (body: String, kind: FailureKind)) throws {
    #expect(try failure(200, row.body)?.kind == row.kind)
  }

  @Test func aNullErrorIsNone() throws {
    let body = #"{"error":null,"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#
    #expect(try provider(stream: false).completion(from: httpAnswer(body)).text == "x")
  }

  @Test func aContentFilterIsAnAnswerOfItsOwnKind() throws {
    let body = String(decoding: try recorded("content-policy.error.json"), as: UTF8.self)
    let completion = try provider(stream: false).completion(from: httpAnswer(body, status: 400))
    #expect(completion.finish == .contentFilter)
    #expect(completion.text == nil)
    #expect(completion.isEmpty)
  }

  @Test func theMessageTellsStatusAndTheEndpointsWordsSafely() throws {
    let failure = try failure(503, "{\"error\":{\"message\":\"down \\u001b[31m\\nfor \\u202e now\"}}")
    #expect(failure?.message == #"the endpoint answered 503: down \u{1B}[31m\nfor \u{202E} now"#)
    #expect(try self.failure(302, "")?.message == "the endpoint answered 302, a redirect, which is not followed")
  }

  typealias Header = (String, String)

  private func wait(_ headers: Header...) throws -> Duration? { try failure(429, "", headers: headers)?.retryAfter }

  // Worked out by hand from the RFCs; the date is RFC 9110's own example.
  private let now: Header = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")

  @Test func retryAfterIsReadAsSecondsOrAsADateAgainstTheAnswersOwn() throws {
    #expect(try wait(("Retry-After", "7")) == .seconds(7))
    #expect(try wait(("Retry-After", "0")) == .zero)
    #expect(try wait(("retry-after", "1.5")) == .milliseconds(1500))
    #expect(try wait(("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"), now) == .seconds(60))
    #expect(try wait(("Retry-After", "Sunday, 06-Nov-94 08:50:37 GMT"), now) == .seconds(60))
    #expect(try wait(("Retry-After", "Sun Nov  6 08:50:37 1994"), now) == .seconds(60))
    #expect(try wait(("Retry-After", "Thu, 29 Feb 2024 00:00:10 GMT"), ("Date", "Wed, 28 Feb 2024 23:59:50 GMT")) == .seconds(20))
    #expect(try wait(("Retry-After", "Fri, 01 Mar 2024 00:00:00 GMT"), ("Date", "Wed, 28 Feb 2024 00:00:00 GMT")) == .seconds(2 * 86400))
  }

  @Test func hintsOfProvidersAreReadWhereRetryAfterSaysNothing() throws {
    #expect(try wait(("retry-after-ms", "250")) == .milliseconds(250))
    #expect(try wait(("Retry-After", "nonsense"), ("retry-after-ms", "250")) == .milliseconds(250))
    #expect(try wait(("Retry-After", "1"), ("retry-after-ms", "250")) == .seconds(1))
    #expect(try wait(("x-ratelimit-reset-requests", "6m0s")) == .seconds(360))
    #expect(try wait(("x-ratelimit-reset-tokens", "120ms")) == .milliseconds(120))
    #expect(try wait(("x-ratelimit-reset-requests", "1h2m3.5s")) == .milliseconds(3_723_500))
    #expect(try wait(("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-reset-tokens", "2s")) == .seconds(2))
    #expect(try wait(("anthropic-ratelimit-tokens-reset", "1994-11-06T08:50:07Z"), now) == .seconds(30))
    #expect(try wait(("anthropic-ratelimit-tokens-reset", "1994-11-06T10:50:07.5+02:00"), now) == .milliseconds(30500))
  }

  @Test func theLimitThatIsUsedUpIsTheOneToWaitFor() throws {
    let headers: [Header] = [
      ("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-tokens", "6m0s"),
      ("x-ratelimit-remaining-tokens", "5000"),
    ]
    #expect(try failure(429, "", headers: headers)?.retryAfter == .seconds(1))
  }

  @Test(arguments: [
    "-1", "nan", "inf", "1e99", "99999999999", "0x10", "soon", "", "Sun, 06 Nov 1994 08:48:37 GMT", "Sun, 99 Nov 1994 08:50:37 GMT",
    "Sun, 06 Nov 1994 08:50:37 PST", "Sun, 06 Nov 1994 25:50:37 GMT", "06 Nov", "٣",
  ])
  func aRetryAfterThatMakesNoSenseIsNone(_ text: String) throws { #expect(try wait(("Retry-After", text), now) == nil) }

  @Test func otherHintsThatMakeNoSenseAreNone() throws {
    #expect(try wait(("retry-after-ms", "-5")) == nil)
    #expect(try wait(("x-ratelimit-reset-requests", "1x")) == nil)
    #expect(try wait(("x-ratelimit-reset-requests", "m")) == nil)
    #expect(try wait(("x-ratelimit-reset-requests", "٣s")) == nil)
    #expect(try wait(("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT")) == nil)  // no date to count from
    #expect(try wait(("anthropic-ratelimit-tokens-reset", "1994-11-06T08:50:07Z")) == nil)
    #expect(try wait(("anthropic-ratelimit-tokens-reset", "1994-13-06T08:50:07Z"), now) == nil)
    #expect(try wait() == nil)
  }

  @Test func datesAreSecondsSince1970() {
    #expect(httpDate("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(httpDate("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
    #expect(internetTime("2000-03-01T00:00:00Z") == 951_868_800)
    #expect(internetTime("2024-02-29T23:59:59.25Z") == 1_709_251_199.25)
  }
}
