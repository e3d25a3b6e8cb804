import Testing

@testable import RTSP

@Suite struct RangeHeaderTests {
  @Test(arguments: [
    "npt=0.000-", "npt=now-", "npt=0-", "npt=0.000-3.000", "npt=-20", "npt=12:05:35.3-",
    "NPT = 0 -",
    "npt=now-;time=19970123T143720Z", "clock=19961108T142300Z-19961108T143520.25Z",
    "clock=19961108T142300Z-", "smpte=10:12:33:20-", "smpte-25=10:07:00-10:07:33:05.01",
    "npt=5-5", "npt=100:59:59.9-",
  ]) func accepts(_ value: String) {
    #expect(RangeHeader.isValid(value))
  }

  @Test(arguments: [
    "", "npt", "npt=", "npt=-", "npt=5-2", "npt=abc-", "npt=1-2-3", "npt=0", "npt=1:2-", "npt=-1-",
    "clock=today-", "clock=19961108-", "smpte=1-", "bytes=0-", "npt=0-now", "=0-",
    "npt=99999999999999999999-", "npt=1:60:00-", "npt=1:00:60-",
  ]) func refuses(_ value: String) {
    #expect(!RangeHeader.isValid(value))
  }
}
