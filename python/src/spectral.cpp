// fk.spectral: Fourier transforms and what is made of them.
#include "bindings.hpp"
#include "fascikit/spectral/fft.hpp"

namespace fascikit::python {

void bind_spectral(py::module_& module) {
    module.def("fft_backend", [] { return spectral::RealFft::backend(); });
}

}  // namespace fascikit::python
