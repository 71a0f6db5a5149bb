// fk.filter: design.
#include <string>
#include <vector>

#include "bindings.hpp"
#include "fascikit/core/error.hpp"
#include "fascikit/filter/butterworth.hpp"
#include "filter_arrays.hpp"

namespace fascikit::python {
namespace {

using namespace py::literals;

py::array_t<double> butter(int order, const std::vector<double>& cutoff_hz, const std::string& btype, double fs) {
    const bool band = btype == "bandpass" || btype == "bandstop";
    if (!band && btype != "lowpass" && btype != "highpass")
        core::fail_option("btype '" + btype + "': allowed is 'lowpass', 'highpass', 'bandpass' or 'bandstop'");
    if (cutoff_hz.size() != (band ? 2U : 1U))
        core::fail_option(std::to_string(cutoff_hz.size()) + " cutoff frequencies: a " + btype + " has " +
                          (band ? "two" : "one"));
    if (btype == "lowpass") return to_array(filter::butterworth_lowpass(order, cutoff_hz[0], fs));
    if (btype == "highpass") return to_array(filter::butterworth_highpass(order, cutoff_hz[0], fs));
    if (btype == "bandpass") return to_array(filter::butterworth_bandpass(order, cutoff_hz[0], cutoff_hz[1], fs));
    return to_array(filter::butterworth_bandstop(order, cutoff_hz[0], cutoff_hz[1], fs));
}

}  // namespace

void bind_filter_design(py::module_& module) {
    module.def("butter", &butter, "order"_a, "cutoff_hz"_a, "btype"_a, "fs"_a);
}

}  // namespace fascikit::python
