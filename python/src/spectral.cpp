// fk.spectral: rows of samples in (rows × frames, float32 or float64, any strides), float64 out.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/block.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/spectral/correlate.hpp"
#include "fascikit/spectral/cross.hpp"
#include "fascikit/spectral/matched_filter.hpp"
#include "fascikit/spectral/moments.hpp"
#include "fascikit/spectral/stft.hpp"
#include "fascikit/spectral/wavelet.hpp"
#include "fascikit/spectral/welch.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;
using Complex = std::complex<double>;

// Rows of an array that may be read without the GIL.
class Rows {
public:
    explicit Rows(const py::array& array) : array_(array) {
        single_ = array.dtype().equal(py::dtype::of<float>());
        if (!single_ && !array.dtype().equal(py::dtype::of<double>()))
            core::fail_option("samples of type " + py::cast<std::string>(py::str(array.dtype())) +
                              ": allowed is float32 or float64");
        if (array.ndim() != 2) core::fail_option("samples: allowed is rows × frames");
        data_ = static_cast<const char*>(array.data());
        row_stride_ = array.strides(0);
        stride_ = array.strides(1);
        count_ = array.shape(0);
        frames_ = array.shape(1);
    }
    [[nodiscard]] py::ssize_t count() const noexcept { return count_; }
    [[nodiscard]] py::ssize_t frames() const noexcept { return frames_; }
    void read(py::ssize_t row, std::vector<double>& out) const {
        out.resize(static_cast<std::size_t>(frames_));
        const char* at = data_ + row * row_stride_;
        for (double& v : out) {
            v = single_ ? static_cast<double>(*reinterpret_cast<const float*>(at)) : *reinterpret_cast<const double*>(at);
            at += stride_;
        }
    }

private:
    py::array array_;
    bool single_ = false;
    const char* data_ = nullptr;
    py::ssize_t row_stride_ = 0, stride_ = 0, count_ = 0, frames_ = 0;
};

template <class T>
[[nodiscard]] std::span<T> row_of(py::array_t<T>& array, py::ssize_t row) {
    const py::ssize_t size = array.shape(0) > 0 ? array.size() / array.shape(0) : 0;
    return {array.mutable_data() + row * size, static_cast<std::size_t>(size)};
}


[[nodiscard]] spectral::WelchOptions options_of(const std::vector<double>& window, std::int64_t noverlap,
                                                std::int64_t nfft, const std::string& detrend,
                                                const std::string& scaling) {
    spectral::WelchOptions options{.overlap_samples = noverlap, .fft_samples = nfft, .window_values = window};
    if (noverlap < 0) core::fail_option("noverlap " + std::to_string(noverlap) + ": at least 0 is needed");
    if (window.empty()) core::fail_option("window of 0 samples: at least 1 is needed");
    options.detrend = detrend == "linear"     ? spectral::Detrend::linear
                      : detrend == "constant" ? spectral::Detrend::constant
                                              : spectral::Detrend::none;
    options.scaling = scaling == "spectrum" ? spectral::Scaling::spectrum : spectral::Scaling::density;
    return options;
}

[[nodiscard]] spectral::Average average_of(const std::string& name) {
    return name == "median" ? spectral::Average::median : spectral::Average::mean;
}

void check_pairs(const Rows& x, const Rows& y) {
    if (x.count() != y.count())
        core::fail_option(std::to_string(x.count()) + " and " + std::to_string(y.count()) + " rows: as many of both are needed");
}

py::tuple welch(const py::array& samples, double fs, const std::vector<double>& window, std::int64_t noverlap,
                std::int64_t nfft, const std::string& detrend, const std::string& scaling, const std::string& average) {
    const Rows rows(samples);
    spectral::Segments segments(rows.frames(), fs, options_of(window, noverlap, nfft, detrend, scaling));
    py::array_t<double> power({rows.count(), static_cast<py::ssize_t>(segments.bins())});
    const auto how = average_of(average);
    {
        const py::gil_scoped_release release;
        std::vector<double> x;
        for (py::ssize_t r = 0; r < rows.count(); ++r) {
            rows.read(r, x);
            spectral::welch(segments, x, how, row_of(power, r));
        }
    }
    return py::make_tuple(to_array(segments.frequency_hz()), power);
}

py::tuple csd(const py::array& first, const py::array& second, double fs, const std::vector<double>& window,
              std::int64_t noverlap, std::int64_t nfft, const std::string& detrend, const std::string& scaling,
              const std::string& average) {
    const Rows a(first), b(second);
    check_pairs(a, b);
    spectral::Segments segments(a.frames(), fs, options_of(window, noverlap, nfft, detrend, scaling));
    py::array_t<Complex> power({a.count(), static_cast<py::ssize_t>(segments.bins())});
    const auto how = average_of(average);
    {
        const py::gil_scoped_release release;
        std::vector<double> x, y;
        for (py::ssize_t r = 0; r < a.count(); ++r) {
            a.read(r, x);
            b.read(r, y);
            spectral::csd(segments, x, y, how, row_of(power, r));
        }
    }
    return py::make_tuple(to_array(segments.frequency_hz()), power);
}

py::tuple coherence(const py::array& first, const py::array& second, double fs, const std::vector<double>& window,
                    std::int64_t noverlap, std::int64_t nfft, const std::string& detrend) {
    const Rows a(first), b(second);
    check_pairs(a, b);
    spectral::Segments segments(a.frames(), fs, options_of(window, noverlap, nfft, detrend, "density"));
    py::array_t<double> squared({a.count(), static_cast<py::ssize_t>(segments.bins())});
    {
        const py::gil_scoped_release release;
        std::vector<double> x, y;
        for (py::ssize_t r = 0; r < a.count(); ++r) {
            a.read(r, x);
            b.read(r, y);
            spectral::coherence(segments, x, y, row_of(squared, r));
        }
    }
    return py::make_tuple(to_array(segments.frequency_hz()), squared);
}

double independent_segments(std::int64_t frames, const std::vector<double>& window, std::int64_t noverlap) {
    return spectral::independent_segments(spectral::Segments(frames, 1.0, options_of(window, noverlap, -1, "", "")));
}

py::tuple spectrogram(const py::array& samples, double fs, const std::vector<double>& window, std::int64_t noverlap,
                      std::int64_t nfft, const std::string& detrend, const std::string& scaling) {
    const Rows rows(samples);
    spectral::Segments segments(rows.frames(), fs, options_of(window, noverlap, nfft, detrend, scaling));
    py::array_t<double> power(
        {rows.count(), static_cast<py::ssize_t>(segments.count()), static_cast<py::ssize_t>(segments.bins())});
    {
        const py::gil_scoped_release release;
        std::vector<double> x;
        for (py::ssize_t r = 0; r < rows.count(); ++r) {
            rows.read(r, x);
            spectral::spectrogram(segments, x, row_of(power, r));
        }
    }
    return py::make_tuple(to_array(segments.frequency_hz()), to_array(segments.time_s()), power);
}

py::tuple stft(const py::array& samples, double fs, const std::vector<double>& window, std::int64_t noverlap,
               std::int64_t nfft, const std::string& detrend, const std::string& scaling) {
    const Rows rows(samples);
    spectral::Segments segments(rows.frames(), fs, options_of(window, noverlap, nfft, detrend, scaling));
    py::array_t<Complex> values(
        {rows.count(), static_cast<py::ssize_t>(segments.count()), static_cast<py::ssize_t>(segments.bins())});
    {
        const py::gil_scoped_release release;
        std::vector<double> x;
        for (py::ssize_t r = 0; r < rows.count(); ++r) {
            rows.read(r, x);
            spectral::stft(segments, x, row_of(values, r));
        }
    }
    return py::make_tuple(to_array(segments.frequency_hz()), to_array(segments.time_s()), values);
}

/// `values` is rows × segments × bins.
py::array_t<double> istft(const py::array_t<Complex, py::array::c_style>& values, double fs,
                          const std::vector<double>& window, std::int64_t noverlap, std::int64_t nfft,
                          const std::string& scaling, bool extended) {
    if (values.ndim() != 3 || values.shape(1) < 1) core::fail_option("Zxx: at least 1 segment is needed");
    const auto options = options_of(window, noverlap, nfft, "", scaling);
    const auto length = static_cast<py::ssize_t>(window.size());
    const py::ssize_t whole = length + (values.shape(1) - 1) * (length - static_cast<py::ssize_t>(noverlap));
    py::array_t<double> out({values.shape(0), std::max<py::ssize_t>(0, whole - (extended ? length / 2 * 2 : 0))});
    const auto size = static_cast<std::size_t>(values.shape(1) * values.shape(2));
    {
        const py::gil_scoped_release release;
        for (py::ssize_t r = 0; r < values.shape(0); ++r) {
            const std::span<const Complex> one(values.data() + static_cast<std::size_t>(r) * size, size);
            const auto x = spectral::istft(one, values.shape(1), fs, options, extended);
            std::copy(x.begin(), x.end(), row_of(out, r).begin());
        }
    }
    return out;
}

[[nodiscard]] spectral::CorrelationMode mode_of(const std::string& name) {
    if (name == "full") return spectral::CorrelationMode::full;
    if (name == "same") return spectral::CorrelationMode::same;
    if (name == "valid") return spectral::CorrelationMode::valid;
    core::fail_option("mode '" + name + "': allowed is 'full', 'same' or 'valid'");
}

py::array_t<double> correlate(const py::array& first, const py::array& second, const std::string& mode, bool normalised) {
    const Rows a(first), b(second);
    check_pairs(a, b);
    const auto how = mode_of(mode);
    const auto count = spectral::detail::lag_range(a.frames(), b.frames(), how).count;
    py::array_t<double> out({a.count(), static_cast<py::ssize_t>(count)});
    {
        const py::gil_scoped_release release;
        std::vector<double> x, y;
        for (py::ssize_t r = 0; r < a.count(); ++r) {
            a.read(r, x);
            b.read(r, y);
            const auto values = spectral::correlate(x, y, how, normalised);
            std::copy(values.begin(), values.end(), row_of(out, r).begin());
        }
    }
    return out;
}

py::tuple delay(const py::array& first, const py::array& second, double fs, double largest_s, bool either_sign) {
    const Rows a(first), b(second);
    check_pairs(a, b);
    py::array_t<double> delays(a.count()), correlations(a.count());
    double* const seconds = delays.mutable_data();
    double* const r = correlations.mutable_data();
    {
        const py::gil_scoped_release release;
        std::vector<double> x, y;
        for (py::ssize_t i = 0; i < a.count(); ++i) {
            a.read(i, x);
            b.read(i, y);
            const auto found = spectral::delay(x, y, fs, largest_s, either_sign);
            seconds[i] = found.delay_s;
            r[i] = found.correlation;
        }
    }
    return py::make_tuple(delays, correlations);
}

/// `kind`: "mean", "median" or the order of a moment.
py::array_t<double> band_figure(const std::vector<double>& frequency_hz, const py::array& powers,
                                const std::string& kind, int order, double low_hz, double high_hz) {
    const Rows rows(powers);
    py::array_t<double> out(rows.count());
    double* const values = out.mutable_data();
    {
        const py::gil_scoped_release release;
        const spectral::FrequencyBand band{low_hz, high_hz};
        std::vector<double> power;
        for (py::ssize_t r = 0; r < rows.count(); ++r) {
            rows.read(r, power);
            values[r] = kind == "mean"     ? spectral::mean_frequency(frequency_hz, power, band)
                        : kind == "median" ? spectral::median_frequency(frequency_hz, power, band)
                                           : spectral::spectral_moment(frequency_hz, power, order, band);
        }
    }
    return out;
}

[[nodiscard]] spectral::Wavelet wavelet_of(const std::string& name, const std::vector<double>& parameters) {
    const auto parameter = [&](std::size_t i, double otherwise) { return i < parameters.size() ? parameters[i] : otherwise; };
    const std::size_t most = name == "morlet" ? 1 : name == "morse" ? 2 : 0;
    if (name != "morlet" && name != "ricker" && name != "morse")
        core::fail_option("wavelet '" + name + "': allowed is 'morlet', 'ricker' or 'morse'");
    if (parameters.size() > most)
        core::fail_option("wavelet '" + name + "' with " + std::to_string(parameters.size()) + " numbers: allowed is at most " +
                          std::to_string(most));
    if (name == "ricker") return spectral::Wavelet::ricker();
    if (name == "morse") return spectral::Wavelet::morse(parameter(0, 20), parameter(1, 3));
    return spectral::Wavelet::morlet(parameter(0, 6));
}

py::array_t<Complex> cwt(const py::array& samples, double fs, const std::vector<double>& frequency_hz,
                         const std::string& name, const std::vector<double>& parameters, bool amplitude) {
    const Rows rows(samples);
    const auto scale = amplitude ? spectral::WaveletScale::amplitude : spectral::WaveletScale::energy;
    // Written so that a NaN is taken, and refused.
    double lowest_hz = fs / 2;
    for (const double hz : frequency_hz) lowest_hz = hz >= lowest_hz ? lowest_hz : hz;
    spectral::WaveletTransform transform(rows.frames(), fs, lowest_hz, wavelet_of(name, parameters), scale);
    py::array_t<Complex> out({rows.count(), static_cast<py::ssize_t>(frequency_hz.size()), rows.frames()});
    {
        const py::gil_scoped_release release;
        std::vector<double> x;
        for (py::ssize_t r = 0; r < rows.count(); ++r) {
            rows.read(r, x);
            transform.set(x);
            const auto one = row_of(out, r);
            for (std::size_t i = 0; i < frequency_hz.size(); ++i)
                transform.at(frequency_hz[i], one.subspan(i * x.size(), x.size()));
        }
    }
    return out;
}

py::array_t<double> wavelet_cone(const std::vector<double>& frequency_hz, const std::string& name,
                                 const std::vector<double>& parameters, bool amplitude) {
    const auto wavelet = wavelet_of(name, parameters);
    spectral::detail::check_wavelet(wavelet);
    std::vector<double> out;
    for (const double hz : frequency_hz) {
        if (!(hz > 0)) core::fail_option("frequency " + core::number(hz) + " Hz: allowed is above 0");
        out.push_back(spectral::cone_s(wavelet, hz, amplitude ? spectral::WaveletScale::amplitude : spectral::WaveletScale::energy));
    }
    return to_array(out);
}

py::array_t<double> matched_filter(py::array samples, const py::array_t<double, py::array::c_style>& pattern,
                                   bool remove_mean) {
    if (pattern.ndim() != 2) core::fail_option("template: allowed is channels × frames");
    const spectral::MatchedFilter filter(planar(pattern.data(), pattern.shape(1), pattern.shape(0)), remove_mean);
    std::vector<double> scores;
    // Read alone, so a view that may be written to is not needed.
    const auto run = [&]<class T>(T) {
        constexpr auto size = static_cast<py::ssize_t>(sizeof(T));
        const BlockView<const T> block{static_cast<const T*>(samples.data()), samples.shape(1), samples.shape(0),
                                       samples.strides(1) / size, samples.strides(0) / size};
        const py::gil_scoped_release release;
        scores = filter(block);
    };
    if (samples.ndim() != 2 || samples.strides(0) % samples.itemsize() != 0 || samples.strides(1) % samples.itemsize() != 0)
        core::fail_option("samples: allowed is channels × frames with strides of whole samples");
    if (samples.dtype().equal(py::dtype::of<float>()))
        run(float{});
    else if (samples.dtype().equal(py::dtype::of<double>()))
        run(double{});
    else
        core::fail_option("samples: allowed is float32 or float64");
    return to_array(scores);
}

}  // namespace

void bind_spectral(py::module_& module) {
    module.def("fft_backend", [] { return spectral::RealFft::backend(); });
    module.def("window", [](const std::string& name, std::optional<double> parameter, std::int64_t n) {
        return to_array(spectral::window_of(spectral::window_named(name, parameter), n));
    }, "name"_a, "parameter"_a, "n"_a);
    module.def("welch", &welch, "samples"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "detrend"_a, "scaling"_a, "average"_a);
    module.def("csd", &csd, "x"_a, "y"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "detrend"_a, "scaling"_a, "average"_a);
    module.def("coherence", &coherence, "x"_a, "y"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "detrend"_a);
    module.def("coherence_limit", &spectral::coherence_limit, "segments"_a, "alpha"_a);
    module.def("independent_segments", &independent_segments, "frames"_a, "window"_a, "noverlap"_a);
    module.def("spectrogram", &spectrogram, "samples"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "detrend"_a, "scaling"_a);
    module.def("stft", &stft, "samples"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "detrend"_a, "scaling"_a);
    module.def("istft", &istft, "values"_a, "fs"_a, "window"_a, "noverlap"_a, "nfft"_a, "scaling"_a, "extended"_a);
    module.def("correlate", &correlate, "x"_a, "y"_a, "mode"_a, "normalized"_a);
    module.def("correlation_lags", [](std::int64_t nx, std::int64_t ny, const std::string& mode) {
        return to_array(spectral::correlation_lags(nx, ny, mode_of(mode)));
    }, "nx"_a, "ny"_a, "mode"_a);
    module.def("delay", &delay, "x"_a, "y"_a, "fs"_a, "largest_s"_a, "either_sign"_a);
    module.def("band_figure", &band_figure, "frequency_hz"_a, "power"_a, "kind"_a, "order"_a, "low_hz"_a, "high_hz"_a);
    module.def("cwt", &cwt, "samples"_a, "fs"_a, "frequency_hz"_a, "wavelet"_a, "parameters"_a, "amplitude"_a);
    module.def("wavelet_cone", &wavelet_cone, "frequency_hz"_a, "wavelet"_a, "parameters"_a, "amplitude"_a);
    module.def("matched_filter", &matched_filter, "samples"_a, "template"_a, "remove_mean"_a);
}

}  // namespace fascikit::python
