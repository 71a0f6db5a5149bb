// fk.filter.Streaming: any filter of fk.filter that runs as a stream, behind one interface.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/denormals.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/cascade.hpp"
#include "fascikit/filter/hilbert.hpp"
#include "fascikit/filter/moving.hpp"
#include "fascikit/filter/moving_median.hpp"
#include "fascikit/filter/overlap_save.hpp"
#include "fascikit/filter/resample.hpp"
#include "fascikit/filter/savitzky_golay.hpp"
#include "fascikit/filter/teager.hpp"
#include "filter_arrays.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

/// Frames that `frames` in may give; answers are written to `out`, channels × frames.
class AnyStream {
public:
    AnyStream() = default;
    AnyStream(const AnyStream&) = default;
    AnyStream& operator=(const AnyStream&) = delete;
    virtual ~AnyStream() = default;
    [[nodiscard]] virtual std::unique_ptr<AnyStream> copy() const = 0;
    [[nodiscard]] virtual std::int64_t latency_samples() const = 0;
    /// Whether answers lag behind (the first latency_samples() of them are to be dropped).
    [[nodiscard]] virtual bool lags() const = 0;
    [[nodiscard]] virtual std::int64_t room(std::int64_t frames) const = 0;
    [[nodiscard]] virtual std::int64_t process(py::array& in, py::array& out) = 0;
    [[nodiscard]] virtual std::int64_t flush(py::array& out) = 0;
    virtual void reset() = 0;
};

template <class T, class S>
class Holder final : public AnyStream {
public:
    explicit Holder(S stream) : stream_(std::move(stream)) {}

    [[nodiscard]] std::unique_ptr<AnyStream> copy() const override { return std::make_unique<Holder>(*this); }
    [[nodiscard]] std::int64_t latency_samples() const override {
        if constexpr (requires { stream_.latency_samples(); }) return stream_.latency_samples();
        return 0;
    }
    [[nodiscard]] bool lags() const override { return !resamples; }
    [[nodiscard]] std::int64_t room(std::int64_t frames) const override {
        if constexpr (resamples) return stream_.most_output(frames);
        return frames > 0 ? frames : latency_samples();
    }
    [[nodiscard]] std::int64_t process(py::array& in, py::array& out) override {
        const BlockView<const T> from = view<T>(in);
        const BlockView<T> to = view<T>(out);
        const py::gil_scoped_release release;
        const core::FlushDenormals flush_denormals;
        if constexpr (resamples) return stream_.process(from, to);
        else if constexpr (requires { stream_.process(from, to); }) stream_.process(from, to);
        else {
            for (std::int64_t c = 0; c < to.channels; ++c)
                for (std::int64_t f = 0; f < to.frames; ++f) to(f, c) = from(f, c);
            stream_.process(to);
        }
        return from.frames;
    }
    [[nodiscard]] std::int64_t flush(py::array& out) override {
        const BlockView<T> to = view<T>(out);
        const py::gil_scoped_release release;
        if constexpr (resamples) return stream_.flush(to);
        else if constexpr (requires { stream_.flush(to); }) stream_.flush(to);
        else stream_.reset();
        return latency_samples();
    }
    void reset() override { stream_.reset(); }

private:
    static constexpr bool resamples = requires(S& stream) { stream.most_output(std::int64_t{}); };
    S stream_;
};

/// `make` is called with a value of the type of the samples.
template <class Make>
std::unique_ptr<AnyStream> make_stream(bool single, const Make& make) {
    const auto hold = []<class T, class S>(T, S stream) -> std::unique_ptr<AnyStream> {
        return std::make_unique<Holder<T, S>>(std::move(stream));
    };
    return single ? hold(float{}, make(float{})) : hold(double{}, make(double{}));
}

std::unique_ptr<AnyStream> fir(const std::vector<double>& taps, int channels, bool single) {
    return make_stream(single, [&]<class T>(T) { return filter::FirStream<T>(taps, channels); });
}
std::unique_ptr<AnyStream> overlap_save(const std::vector<double>& taps, std::optional<std::int64_t> hop, int channels, bool single) {
    return make_stream(single, [&]<class T>(T) { return filter::OverlapSave<T>(taps, channels, hop); });
}
std::unique_ptr<AnyStream> sos(const Coefficients& coefficients, int channels, bool single) {
    const auto sections = to_sos(coefficients);
    return make_stream(single, [&]<class T>(T) { return filter::Cascade<T>(sections, channels); });
}
std::unique_ptr<AnyStream> resampler(std::int64_t up, std::int64_t down, const std::vector<double>& taps, int channels, bool single) {
    return make_stream(single, [&]<class T>(T) { return filter::Resampler<T>(up, down, taps, channels); });
}
std::unique_ptr<AnyStream> savgol(std::int64_t window, int polyorder, int derivative, double delta, const std::string& mode,
                                  int channels, bool single) {
    if (mode != "nearest" && mode != "constant")
        core::fail_option("mode '" + mode + "': allowed in a stream is 'nearest' or 'constant'");
    const auto edge = mode == "nearest" ? filter::Edge::nearest : filter::Edge::constant;
    const filter::SavitzkyGolay options{window, polyorder, derivative, delta};
    return make_stream(single, [&]<class T>(T) { return filter::SavitzkyGolayStream<T>(options, channels, edge); });
}
std::unique_ptr<AnyStream> moving(const std::string& kind, std::int64_t window, int channels, bool single) {
    if (kind == "average") return make_stream(single, [&]<class T>(T) { return filter::MovingAverage<T>(window, channels); });
    if (kind == "rms") return make_stream(single, [&]<class T>(T) { return filter::MovingRms<T>(window, channels); });
    return make_stream(single, [&]<class T>(T) { return filter::MovingMedian<T>(window, channels); });
}
std::unique_ptr<AnyStream> envelope(std::int64_t taps, int channels, bool single) {
    return make_stream(single, [&]<class T>(T) { return filter::EnvelopeStream<T>(taps, channels); });
}
std::unique_ptr<AnyStream> teager(const std::vector<std::int64_t>& ks, bool smoothed, int channels, bool single) {
    if (smoothed) return make_stream(single, [&]<class T>(T) { return filter::TeagerStream<T>(ks, channels); });
    return make_stream(single, [&]<class T>(T) { return filter::TeagerStream<T>(ks.at(0), channels); });
}

}  // namespace

void bind_filter_stream(py::module_& module) {
    py::class_<AnyStream>(module, "FilterStream")
        .def("copy", &AnyStream::copy)
        .def("latency_samples", &AnyStream::latency_samples)
        .def("lags", &AnyStream::lags)
        .def("room", &AnyStream::room, "frames"_a)
        .def("process", [](AnyStream& stream, py::array in, py::array out) { return stream.process(in, out); }, "block"_a, "out"_a)
        .def("flush", [](AnyStream& stream, py::array out) { return stream.flush(out); }, "out"_a)
        .def("reset", &AnyStream::reset);
    module.def("stream_fir", &fir, "taps"_a, "channels"_a, "single"_a);
    module.def("stream_overlap_save", &overlap_save, "taps"_a, "hop"_a, "channels"_a, "single"_a);
    module.def("stream_sos", &sos, "sos"_a, "channels"_a, "single"_a);
    module.def("stream_resample", &resampler, "up"_a, "down"_a, "taps"_a, "channels"_a, "single"_a);
    module.def("stream_savgol", &savgol, "window"_a, "polyorder"_a, "derivative"_a, "delta"_a, "mode"_a, "channels"_a, "single"_a);
    module.def("stream_moving", &moving, "kind"_a, "window"_a, "channels"_a, "single"_a);
    module.def("stream_envelope", &envelope, "taps"_a, "channels"_a, "single"_a);
    module.def("stream_teager", &teager, "ks"_a, "smoothed"_a, "channels"_a, "single"_a);
}

}  // namespace fascikit::python
