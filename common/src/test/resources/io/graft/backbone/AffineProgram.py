class AffineProgram(Module):
  __parameters__ = []
  __buffers__ = []
  def affine(self: __torch__.AffineProgram,
    x: Tensor,
    scales: List[Tensor],
    shift: float) -> Tensor:
    return torch.add(torch.mul(torch.to(x, 6), scales[0]), shift)
  def split(self: __torch__.AffineProgram,
    x: Tensor,
    at: int) -> List[Tensor]:
    rest = torch.sub(torch.size(x, 0), at)
    return [torch.narrow(x, 0, 0, at), torch.narrow(x, 0, at, rest)]
  def fail(self: __torch__.AffineProgram,
    x: Tensor) -> Tensor:
    return torch.matmul(x, x)
  def grab(self: __torch__.AffineProgram,
    count: int) -> Tensor:
    return torch.zeros([count], dtype=6)
